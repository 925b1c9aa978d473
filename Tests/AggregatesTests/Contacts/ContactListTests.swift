import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct ContactListTests {
  let id = ContactListID(1_000)
  let active = ContactListCriterion(field: .status, comparison: .equals, value: "active")

  private func dynamic(_ criteria: [ContactListCriterion]) -> ContactListDefinition {
    ContactListDefinition(name: "Active", isDynamic: true, criteria: criteria)
  }

  private func create(_ definition: ContactListDefinition) -> CreateContactList {
    CreateContactList(listID: id, definition: definition, createdBy: UserID(3))
  }

  @Test func `a list is made once, and its name is taken for good`() async throws {
    let definition = ContactListDefinition(name: "Clés")
    let scenario = try await Scenario().when(create(definition))
      .then(.contactListCreated(ContactListCreated(listID: id, definition: definition, createdBy: UserID(3))), on: ContactList.self, id)
      .andNothingElse().thenClaim("contact-list-name:cles", by: ContactList.stream(id)).and
    try await scenario.when(create(definition)).thenNothing()
    try await scenario.when(create(.init(name: "Other"))).thenRejected(ContactListRejection.alreadyExists(id))
    try await scenario.when(ArchiveContactList(listID: id, archivedBy: nil)).thenClaim(
      "contact-list-name:cles", by: ContactList.stream(id))
  }

  @Test func `a change renames and leaves members alone`() async throws {
    let scenario = try await Scenario().given(create(.init(name: "A")))
    try await scenario.when(ChangeContactList(listID: id, updatedBy: nil) { $0.name = "B" })
      .thenClaim("contact-list-name:b", by: ContactList.stream(id)).thenClaim("contact-list-name:a", by: nil)
    try await scenario.when(ChangeContactList(listID: id, updatedBy: nil) { $0.name = "B" }).thenNothing()
    try await scenario.when(ChangeContactList(listID: id, updatedBy: nil) { $0.isDynamic = true })
      .thenRejected(ContactListRejection.invalid(FieldError("is_dynamic", .unknown)))
    try await scenario.when(ChangeContactList(listID: ContactListID(9), updatedBy: nil) { _ in })
      .thenRejected(ContactListRejection.notFound(ContactListID(9)))
  }

  @Test func `a duplicate has all but the name and the members`() async throws {
    let scenario = try await Scenario().given(create(dynamic([active])))
    let result = try await scenario.when(
      DuplicateContactList(sourceID: id, listID: ContactListID(1_001), name: "Copy", createdBy: nil))
    #expect(result.answer?.isDynamic == true)
    var copy = dynamic([active])
    copy.name = "Copy"
    #expect(try await scenario.state(of: ContactList.self, 1_001).definition == copy)
    try await scenario.when(DuplicateContactList(sourceID: ContactListID(9), listID: ContactListID(1_002), name: "x", createdBy: nil))
      .thenRejected(ContactListRejection.notFound(ContactListID(9)))
  }

  @Test func `an archived list takes nothing any more`() async throws {
    let scenario = try await Scenario().given(create(.init(name: "A"))).given(ArchiveContactList(listID: id, archivedBy: nil))
    let closed = ContactListRejection.wrongStatus(current: .archived, allowed: [])
    try await scenario.when(ArchiveContactList(listID: id, archivedBy: nil)).thenNothing()
    try await scenario.when(ChangeContactList(listID: id, status: .active, updatedBy: nil) { _ in }).thenRejected(closed)
    try await scenario.when(ChangeContactList(listID: id, updatedBy: nil) { $0.name = "B" }).thenRejected(closed)
    try await scenario.when(AddToContactList(listID: id, contactIDs: [ContactID(1)], firstMembership: LinkID(1), addedBy: nil))
      .thenRejected(closed)
  }

  @Test func `people fill static lists, criteria fill dynamic ones`() async throws {
    let contact = AddContact(contactID: ContactID(1), content: .init(email: "a@example.org"), emailClaim: "contact-email:1")
    var adding = AddToContactList(listID: id, contactIDs: [ContactID(1)], firstMembership: LinkID(1), addedBy: nil)
    let scenario = try await Scenario().given(contact).given(create(dynamic([active])))
    try await scenario.when(adding).thenRejected(ContactListRejection.isDynamic)
    try await scenario.when(RemoveFromContactList(listID: id, contactIDs: [ContactID(1)])).thenRejected(ContactListRejection.isDynamic)
    adding.isSync = true
    _ = try await scenario.when(adding)
    try await scenario.when(RecordContactListSync(listID: id, updatedBy: UserID(3))).then(
      .contactListSynced(
        ContactListSynced(listID: id, name: "Active", listType: .custom, contactCount: 1, updatedBy: UserID(3))), on: ContactList.self, id
    ).andNothingElse()
    try await Scenario().given(create(.init(name: "A"))).when(RecordContactListSync(listID: id, updatedBy: nil))
      .thenRejected(ContactListRejection.isStatic)
  }

  @Test(arguments: [
    (ContactListCriterion(field: .status, comparison: .greaterThan, value: "1"), false),
    (ContactListCriterion(field: .tags, comparison: .equals, value: "VIP"), false),
    (ContactListCriterion(field: .tags, comparison: .contains, value: "VIP"), true),
    (ContactListCriterion(field: .newsletterSubscribed, comparison: .equals, value: "yes"), false),
    (ContactListCriterion(field: .newsletterSubscribed, comparison: .equals, value: "true"), true),
    (ContactListCriterion(field: .emailOpenCount, comparison: .lessThan, value: "1.5"), false),
    (ContactListCriterion(field: .emailOpenCount, comparison: .lessThan, value: "15"), true),
    (ContactListCriterion(field: .createdAt, comparison: .greaterThan, value: "yesterday"), false),
    (ContactListCriterion(field: .createdAt, comparison: .greaterThan, value: "2026-01-01T00:00:00Z"), true),
    (ContactListCriterion(field: .city, comparison: .isEmpty, value: ""), true),
    (ContactListCriterion(field: .city, comparison: .equals, value: " "), false),
  ])
  func `a criterion fits its field`(criterion: ContactListCriterion, isTaken: Bool) async throws {
    let result = try await Scenario().when(create(dynamic([criterion])))
    #expect((result.rejection == nil) == isTaken)
  }

  @Test func `a dynamic list has criteria, a static one has none`() async throws {
    try await Scenario().when(create(dynamic([])))
      .thenRejected(ContactListRejection.invalid(FieldError("criteria", .tooShort(minimum: 1))))
    try await Scenario().when(create(ContactListDefinition(name: "A", criteria: [active])))
      .thenRejected(ContactListRejection.invalid(FieldError("criteria", .tooLong(maximum: 0))))
    for list in ContactList.defaultLists {
      _ = try await Scenario().given(CreateContactList(listID: list.id, definition: list.definition, createdBy: nil))
    }
  }
}
