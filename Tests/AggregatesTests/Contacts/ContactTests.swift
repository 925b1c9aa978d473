import EventSourcing
import EventStoreTesting
import JSON
import Testing

@testable import Aggregates

@Suite struct ContactTests {
  let id = ContactID(1_000)
  let vip = ContactTagID(1)
  let list = ContactListID(50)

  private func content(_ email: String = "zoe@example.org") -> ContactContent {
    ContactContent(email: email, firstName: "Zoé", birthDate: "1990-02-28")
  }

  private func add(_ id: Int64 = 1_000, status: ContactStatus = .active, _ subscriptions: ContactSubscriptions = .init()) -> AddContact {
    AddContact(
      contactID: ContactID(id), content: content("\(id)@example.org"), emailClaim: "contact-email:\(id)", status: status,
      subscriptions: subscriptions)
  }

  private func scenario() async throws -> Scenario {
    try await Scenario().given(SeedContactTag(id: vip, row: .init(name: "VIP", type: .system)))
      .given(CreateContactList(listID: list, definition: .init(name: "Friends"), createdBy: nil))
  }

  private func act(_ action: ContactAction) -> ActOnContact { ActOnContact(contactID: id, action) }

  @Test func `a contact is added once, holds its address and carries its tags`() async throws {
    var command = add()
    command.tags = [vip]
    let tags = [CarriedTag(id: vip, name: "VIP")]
    let added = ContactAdded(
      contactID: id, source: .manual, status: .active, userID: nil, emailClaim: "contact-email:1000", subscriptions: .init(),
      subscribedAt: nil, personal: content("1000@example.org"))
    let result = try await scenario().when(command)
    try await result
      .then(
        .contactAdded(added), .contactTagged(ContactTagged(contactID: id, tagID: vip, tagName: "VIP", tags: tags)), on: Contact.self, id
      )
      .then(
        .contactTagUsageCounted(ContactTagUsageCounted(tagID: vip, usageCount: 1, added: [id], removed: [])), on: ContactTagUsage.self, vip
      ).andNothingElse().thenClaim("contact-email:1000", by: Contact.stream(id))
    #expect(result.recorded[0].subject == SubjectID("contact-1000"))
    #expect(!String(decoding: result.recorded[0].payload, as: UTF8.self).contains("@"))
    try await result.and.when(command).thenNothing()
    command.content.city = "Lyon"
    try await result.and.when(command).thenRejected(ContactRejection.alreadyExists(id))
  }

  @Test func `two contacts do not share an address`() async throws {
    var second = add(1_001)
    second.emailClaim = "contact-email:1000"
    let rival = second
    let scenario = try await scenario().given(add())
    await #expect { try await scenario.when(rival) } throws: { error in
      if case CommandError.refused(.claimTaken("contact-email:1000", Contact.stream(1_000))) = error { true } else { false }
    }
  }

  @Test func `fields have their limits`() async throws {
    func rejected(_ error: FieldError, _ change: (inout ContactContent) -> Void) async throws {
      var command = add()
      change(&command.content)
      try await scenario().when(command).thenRejected(ContactRejection.invalid(error))
    }
    try await rejected(FieldError("email", .malformed)) { $0.email = "zoe" }
    try await rejected(FieldError("first_name", .tooLong(maximum: 255))) { $0.firstName = String(repeating: "x", count: 256) }
    try await rejected(FieldError("phone", .tooLong(maximum: 20))) { $0.phone = String(repeating: "1", count: 21) }
    try await rejected(FieldError("country", .malformed)) { $0.country = "fr" }
    try await rejected(FieldError("language", .malformed)) { $0.language = "fra" }
    try await rejected(FieldError("birth_date", .malformed)) { $0.birthDate = "1990-02-30" }
    try await rejected(FieldError("custom_fields", .malformed)) { $0.customFields = [1] }
    var command = add()
    command.tags = [ContactTagID(9)]
    try await scenario().when(command).thenRejected(ContactRejection.invalid(FieldError("tags", .unknown)))
  }

  @Test func `a change tells what differs and moves the address`() async throws {
    let scenario = try await scenario().given(add())
    let change = ChangeContact(contactID: id, emailClaim: "contact-email:new") { ($0.email, $0.city) = ("new@example.org", "Lyon") }
    var changed = content("new@example.org")
    changed.city = "Lyon"
    try await scenario.when(change).then(
      .contactDetailsChanged(
        ContactDetailsChanged(
          contactID: id, emailClaim: "contact-email:new", updatedFields: ["email", "city"], personal: changed)), on: Contact.self, id
    ).andNothingElse().thenClaim("contact-email:new", by: Contact.stream(id)).thenClaim("contact-email:1000", by: nil)
    try await scenario.when(change).thenNothing()
    try await scenario.when(ChangeContact(contactID: ContactID(9)) { _ in }).thenRejected(ContactRejection.notFound(ContactID(9)))
  }

  @Test func `subscribing makes active again, leaving the newsletter leaves marketing too`() async throws {
    let scenario = try await scenario().given(add())
    let start = scenario.log.now
    func state() async throws -> Contact.State { try await scenario.state(of: Contact.self, id) }
    _ = try await scenario.when(act(.subscribe(.newsletter)))
    _ = try await scenario.later(by: .seconds(9)).when(act(.subscribe(.marketing)))
    #expect(try await state().subscribedAt == start)
    try await scenario.when(act(.subscribe(.marketing))).thenNothing()
    _ = try await scenario.when(act(.unsubscribe(.newsletter)))
    #expect(try await state().subscriptions == ContactSubscriptions())
    #expect(try await state().status == .unsubscribed)
    try await scenario.when(act(.unsubscribe(.all))).thenNothing()
    _ = try await scenario.when(act(.subscribe(.sms)))
    #expect(try await state().status == .unsubscribed)
    _ = try await scenario.when(act(.subscribe(.newsletter)))
    #expect(try await state().status == .active)
    #expect(try await state().subscribedAt == start + .seconds(9))
  }

  @Test(arguments: ContactStatus.allCases, ContactStatus.allCases)
  func `staff moves contacts only where their status leads`(from: ContactStatus, to: ContactStatus) async throws {
    let result = try await scenario().given(add(status: from)).when(act(.move(to)))
    if from == to || from.next.contains(to) {
      #expect(result.rejection == nil)
    } else {
      try result.thenRejected(ContactRejection.wrongStatus(id, current: from, allowed: from.next))
    }
  }

  @Test func `engagement is counted, and a bounce is a status`() async throws {
    let scenario = try await scenario().given(add()).given(act(.count(.opened))).given(act(.count(.opened))).given(act(.count(.clicked)))
    let state = try await scenario.state(of: Contact.self, id)
    #expect(state.openCount == 2)
    #expect(state.clickCount == 1)
    _ = try await scenario.when(act(.count(.bounced)))
    #expect(try await scenario.state(of: Contact.self, id).status == .bounced)
    try await scenario.when(act(.count(.bounced))).thenNothing()
  }

  @Test func `a list counts the active contacts on it, whatever becomes of them`() async throws {
    let ids = [id, ContactID(1_001), ContactID(1_002)]
    var scenario = try await scenario().given(add()).given(add(1_001)).given(add(1_002, status: .inactive))
    func count() async throws -> Int64 { try await scenario.state(of: ContactList.self, list).contactCount }
    let adding = AddToContactList(listID: list, contactIDs: ids + ids + [ContactID(9)], firstMembership: LinkID(70), addedBy: UserID(3))
    let added = try await scenario.when(adding)
    #expect(added.answer == Affected(count: 3))
    #expect(try await count() == 2)
    try await scenario.when(adding).thenNothing()
    scenario = try await scenario.given(act(.move(.inactive)))
    #expect(try await count() == 1)
    scenario = try await scenario.given(ActOnContacts(contactIDs: ids, .move(.active)))
    #expect(try await count() == 3)
    scenario = try await scenario.given(RemoveFromContactList(listID: list, contactIDs: [id]))
    #expect(try await count() == 2)
    // Back on his old place.
    let back = try await scenario.when(AddToContactList(listID: list, contactIDs: [id], firstMembership: LinkID(90), addedBy: nil))
    try await back.then(
      .contactAddedToList(
        ContactAddedToList(contactID: id, listID: list, listName: "Friends", membershipID: LinkID(70), isReturn: true, addedBy: nil)),
      on: Contact.self, id)
    scenario = try await scenario.given(act(.delete(reason: nil)))
    #expect(try await count() == 2)
  }

  @Test func `a deleted contact leaves his address, lists and tags, and does not come back`() async throws {
    let scenario = try await scenario().given(add()).given(act(.tag(vip)))
      .given(AddToContactList(listID: list, contactIDs: [id], firstMembership: LinkID(70), addedBy: nil))
    let deleted = ContactDeleted(contactID: id, reason: "asked", personal: ContactEmail(email: "1000@example.org"))
    try await scenario.when(act(.delete(reason: "asked"))).then(.contactDeleted(deleted), on: Contact.self, id)
      .then(.contactListRecounted(ContactListRecounted(listID: list, contactCount: 0)), on: ContactList.self, list)
      .then(
        .contactTagUsageCounted(ContactTagUsageCounted(tagID: vip, usageCount: 0, added: [], removed: [id])), on: ContactTagUsage.self, vip
      ).andNothingElse().thenClaim("contact-email:1000", by: nil)
    try await scenario.when(act(.delete(reason: nil))).thenNothing()
    try await scenario.when(act(.subscribe(.sms))).thenRejected(ContactRejection.notFound(id))
    try await scenario.when(add()).thenRejected(ContactRejection.alreadyExists(id))
    _ = try await scenario.given(
      AddContact(contactID: ContactID(1_001), content: content(), emailClaim: "contact-email:1000"))
  }

  @Test func `bulk work passes over who is unknown, and is refused when nobody is known`() async throws {
    let scenario = try await scenario().given(add())
    let some = try await scenario.when(ActOnContacts(contactIDs: [ContactID(9), id, id], .tag(vip)))
    #expect(some.answer == Affected(count: 1))
    try await scenario.when(ActOnContacts(contactIDs: [ContactID(9)], .tag(vip)))
      .thenRejected(ContactRejection.invalid(FieldError("contact_ids", .unknown)))
    try await scenario.when(ActOnContacts(contactIDs: [id], .tag(ContactTagID(8))))
      .thenRejected(ContactRejection.invalid(FieldError("tag_id", .unknown)))
  }

  @Test func `signing up keeps what is known and adds what was missing`() async throws {
    let scenario = try await scenario().given(add())
    let command = SignUpContact(
      contactID: id, content: ContactContent(email: "1000@example.org", firstName: "Mallory", lastName: "Petit", language: "en"),
      emailClaim: "contact-email:1000", newsletter: true, marketing: false)
    _ = try await scenario.when(command)
    let state = try await scenario.state(of: Contact.self, id)
    #expect(state.content?.firstName == "Zoé")
    #expect(state.content?.lastName == "Petit")
    #expect(state.content?.language == "fr")
    #expect(state.subscriptions == ContactSubscriptions(newsletter: true))
    try await scenario.when(command).thenNothing()
    var other = command
    (other.contactID, other.emailClaim) = (ContactID(2_000), "contact-email:2000")
    _ = try await scenario.when(other)
    #expect(try await scenario.state(of: Contact.self, 2_000).subscribedAt != nil)
  }

  @Test func `an import brings new contacts and what the file says of known ones`() async throws {
    let scenario = try await scenario().given(add())
    let rows = [
      ImportContacts.Row(
        contactID: id, content: ContactContent(email: "1000@EXAMPLE.org", city: "Lyon"), emailClaim: "contact-email:1000"),
      ImportContacts.Row(contactID: ContactID(1_001), content: ContactContent(email: "b@example.org"), emailClaim: "contact-email:b"),
    ]
    let result = try await scenario.when(ImportContacts(rows: rows))
    #expect(result.answer == Affected(count: 2))
    let known = try await scenario.state(of: Contact.self, id)
    #expect(known.content?.city == "Lyon")
    #expect(known.content?.firstName == "Zoé")
    #expect(known.content?.email == "1000@example.org")
    try await scenario.when(ImportContacts(rows: rows)).thenNothing()
  }

  @Test func `a contact is linked to the account of his address`() async throws {
    let scenario = try await scenario().given(add())
    let command = LinkContactToUser(contactID: id, userID: UserID(7))
    try await scenario.when(command).then(.contactLinkedToUser(ContactLinkedToUser(contactID: id, userID: UserID(7))), on: Contact.self, id)
    try await scenario.when(command).thenNothing()
  }

  @Test func `an account has one contact at most`() async throws {
    let user = UserID(7)
    let linked = try await scenario().given(add()).given(add(1_001)).when(LinkContactToUser(contactID: id, userID: user))
      .thenClaim(Contact.userClaim(user), by: Contact.stream(id))
    await #expect { try await linked.and.when(LinkContactToUser(contactID: ContactID(1_001), userID: user)) } throws: { error in
      if case CommandError.refused(.claimTaken("contact-user:7", Contact.stream(1_000))) = error { true } else { false }
    }
    let other = try await linked.and.when(LinkContactToUser(contactID: id, userID: UserID(8)))
      .thenClaim(Contact.userClaim(user), by: nil).thenClaim(Contact.userClaim(UserID(8)), by: Contact.stream(id))
    try await other.and.when(act(.delete(reason: nil))).thenClaim(Contact.userClaim(UserID(8)), by: nil)
  }

  @Test func `a contact follows the account that he is linked to, and no other`() async throws {
    let scenario = try await scenario().given(add()).given(LinkContactToUser(contactID: id, userID: UserID(7)))
    try await scenario.when(FollowUser(contactID: id, userID: UserID(8)) { $0.firstName = "Ada" }).thenNothing()
    let follow = FollowUser(contactID: id, userID: UserID(7), emailClaim: "contact-email:new") { $0.email = "new@example.org" }
    let result = try await scenario.when(follow)
      .thenClaim("contact-email:new", by: Contact.stream(id)).thenClaim("contact-email:1000", by: nil)
    #expect(try await result.and.state(of: Contact.self, id).content?.email == "new@example.org")
    try await result.and.when(follow).thenNothing()
  }
}
