import EventSourcing
import EventStoreTesting
import ProcessManagers
import Testing

@testable import Aggregates

@Suite struct ContactsTests {
  private let user = UserID(5)

  /// The address itself stands for its keyed hash.
  private func contacts(_ shop: Shop) -> Contacts {
    Contacts(log: shop.log, executor: shop.executor, logger: Shop.quietLogger, fingerprint: { $0.lowercased() })
  }

  private func newsletters(_ shop: Shop) -> Newsletters {
    Newsletters(
      log: shop.log, executor: shop.executor, logger: Shop.quietLogger, fingerprint: { $0.lowercased() }, tokenHash: { "hash-\($0)" })
  }

  /// Both are at work until nothing follows any more.
  private func following(_ shop: Shop, _ body: () async throws -> Void) async throws {
    try await shop.running(shop.runner(contacts(shop))) { contacts in
      try await shop.running(shop.runner(newsletters(shop))) { newsletters in
        try await body()
        var seen = -1
        while seen != shop.log.events.count {
          seen = shop.log.events.count
          try await shop.settle(contacts)
          try await shop.settle(newsletters)
        }
      }
    }
  }

  private func register(_ shop: Shop, _ email: String = "zoe@example.org") async throws {
    _ = try await shop.executor.execute(
      RegisterUser(
        userID: user, email: email, firstname: "Zoé", lastname: "L", passwordHash: "x", emailClaim: "email:\(email)"))
  }

  private func contact(_ shop: Shop, _ email: String) async throws -> Contact.State? {
    guard let owner = shop.log.claims["contact-email:\(email)"] else { return nil }
    return try await shop.state(Contact.self, owner.id)
  }

  private func subscriber(_ shop: Shop, _ email: String) async throws -> Subscriber.State? {
    guard let owner = shop.log.claims["newsletter-email:\(email)"] else { return nil }
    return try await shop.state(Subscriber.self, owner.id)
  }

  /// By somebody who is signed in, or by a form.
  private func send(_ command: some Command, _ shop: Shop, staff: Bool) async throws {
    _ = try await shop.executor.execute(command, context: CommandContext(actor: staff ? "user-1" : nil))
  }

  private func add(_ shop: Shop, _ email: String, newsletter: Bool = false, staff: Bool = true) async throws -> ContactID {
    let id = ContactID(try await shop.log.nextIDs("contact", count: 1))
    let command = AddContact(
      contactID: id, content: ContactContent(email: email), emailClaim: "contact-email:\(email)",
      subscriptions: ContactSubscriptions(newsletter: newsletter))
    try await send(command, shop, staff: staff)
    return id
  }

  @Test func `whoever opens an account is a contact, follows it, and goes with it`() async throws {
    let shop = Shop()
    try await following(shop) { try await register(shop) }
    let made = try #require(try await contact(shop, "zoe@example.org"))
    #expect(made.userID == user)
    #expect(made.content?.firstName == "Zoé")
    #expect(made.content?.lastName == "L")
    #expect(try await subscriber(shop, "zoe@example.org") == nil)
    try await following(shop) {
      let rename = RenameUser(userID: user, firstname: "Ada", lastname: "L")
      let move = ChangeEmail(
        userID: user, email: "new@example.org", emailClaim: "email:new@example.org", previousClaim: "email:zoe@example.org", addressCount: 1
      )
      _ = try await shop.executor.execute(ChangeProfile(userID: user, rename: rename, changeEmail: move))
    }
    #expect(try await contact(shop, "zoe@example.org") == nil)
    let moved = try #require(try await contact(shop, "new@example.org"))
    #expect(moved.content?.email == "new@example.org")
    #expect(moved.content?.firstName == "Ada")
    try await following(shop) { _ = try await shop.executor.execute(DeleteUser(userID: user, reason: .owner, deletedBy: user)) }
    #expect(try await contact(shop, "new@example.org") == nil)
    #expect(shop.log.claims[Contact.userClaim(user)] == nil)
  }

  @Test func `an account is linked to the contact with its address, and keeps away from one that is taken`() async throws {
    let shop = Shop()
    let known = try await add(shop, "zoe@example.org")
    let other = try await add(shop, "other@example.org")
    try await following(shop) { try await register(shop) }
    #expect(try await shop.state(Contact.self, known).userID == user)
    #expect(try await shop.state(Contact.self, known).content?.firstName == nil)
    try await following(shop) {
      _ = try await shop.executor.execute(
        ChangeEmail(
          userID: user, email: "other@example.org", emailClaim: "email:other@example.org", previousClaim: "email:zoe@example.org",
          addressCount: 1))
    }
    #expect(try await shop.state(Contact.self, known).content?.email == "zoe@example.org")
    #expect(try await shop.state(Contact.self, other).userID == nil)
  }

  @Test func `an imported account makes no contact`() async throws {
    let shop = Shop()
    try await following(shop) {
      _ = try await shop.executor.execute(
        ImportUser(userID: user, email: "a@example.org", firstname: "", lastname: "", emailClaim: "email:a@example.org"))
    }
    #expect(try await contact(shop, "a@example.org") == nil)
    // Its owner has come to us once he buys.
    try await shop.stock(7, 10)
    try await shop.running(shop.runner()) { checkout in
      try await shop.buy(user.rawValue)
      try await shop.settle(checkout)
    }
    try await following(shop) {}
    let buyer = try #require(try await contact(shop, "a@example.org"))
    #expect(buyer.userID == user)
    #expect(buyer.content?.firstName == nil)
    let added = try #require(shop.log.events.first { $0.type == ContactAdded.type.name })
    #expect(try PayloadDecoder(ContactAdded.self).decode(added).source == .purchase)
  }

  @Test func `a subscription is the same at contacts and subscribers, whoever begins, and no echo comes back`() async throws {
    let shop = Shop()
    var contact = ContactID(1)
    try await following(shop) { contact = try await add(shop, "zoe@example.org", newsletter: true) }
    let id = try #require(shop.log.claims["newsletter-email:zoe@example.org"]).id
    #expect(try await shop.state(Subscriber.self, id).status == .subscribed)
    // Here, and there.
    for (action, status) in [(ContactAction.unsubscribe(.all), SubscriberStatus.unsubscribed), (.subscribe(.newsletter), .subscribed)] {
      try await following(shop) { try await send(ActOnContact(contactID: contact, action), shop, staff: true) }
      #expect(try await shop.state(Subscriber.self, id).status == status)
    }
    let newsletter = NewsletterID(try #require(Int64(id)))
    try await following(shop) { try await send(Unsubscribe(newsletterID: newsletter, reason: .link), shop, staff: false) }
    #expect(try await shop.state(Contact.self, contact).subscriptions.newsletter == false)
    try await following(shop) { try await send(ChangeSubscriber(newsletterID: newsletter, isSubscribed: true) { _ in }, shop, staff: true) }
    #expect(try await shop.state(Contact.self, contact).subscriptions.newsletter == true)
    // Each change once on each side.
    #expect(shop.count(ContactSubscribed.type) == 2)
    #expect(shop.count(ContactUnsubscribed.type) == 2)
    #expect(shop.count(SubscriptionRenewed.type) == 2)
    #expect(shop.count(SubscriberUnsubscribed.type) == 2)
    try await expectNothingMore(shop)
  }

  @Test func `what a form says has to be confirmed, and a deleted contact gets nothing more`() async throws {
    let shop = Shop()
    var contact = ContactID(1)
    try await following(shop) { contact = try await add(shop, "zoe@example.org", newsletter: true, staff: false) }
    let id = try #require(shop.log.claims["newsletter-email:zoe@example.org"]).id
    #expect(try await shop.state(Subscriber.self, id).status == .pending)
    try await following(shop) { try await send(ActOnContact(contactID: contact, .delete(reason: nil)), shop, staff: true) }
    #expect(try await shop.state(Subscriber.self, id).status == .unsubscribed)
  }

  @Test func `a subscriber follows the address and the name of his contact`() async throws {
    let shop = Shop()
    var contact = ContactID(1)
    try await following(shop) { contact = try await add(shop, "zoe@example.org", newsletter: true) }
    try await following(shop) {
      let change = ChangeContact(contactID: contact, emailClaim: "contact-email:new@example.org") {
        ($0.email, $0.firstName, $0.lastName) = ("new@example.org", "Zoé", "L")
      }
      try await send(change, shop, staff: true)
    }
    #expect(try await subscriber(shop, "zoe@example.org") == nil)
    let moved = try #require(try await subscriber(shop, "new@example.org"))
    #expect(moved.content?.email == "new@example.org")
    #expect(moved.content?.name == "Zoé L")
  }

  @Test func `a subscriber follows an account from one verified address to the next`() async throws {
    let shop = Shop()
    func verify() async throws { _ = try await shop.executor.execute(Verify(userID: user)) }
    func move(to email: String, from old: String, _ count: Int) async throws {
      let change = ChangeEmail(userID: user, email: email, emailClaim: "email:\(email)", previousClaim: "email:\(old)", addressCount: count)
      _ = try await shop.executor.execute(change)
    }
    try await following(shop) {
      try await register(shop)
      try await verify()
    }
    try await following(shop) {
      let id = try #require(try await log(shop, "contact-email:zoe@example.org"))
      try await send(ActOnContact(contactID: ContactID(id), .subscribe(.newsletter)), shop, staff: true)
    }
    // Mistyped: it is somebody's who has a subscription of his own.
    let stranger = EnrolSubscriber(
      newsletterID: NewsletterID(901), content: SubscriberContent(email: "typo@example.com"),
      emailClaim: "newsletter-email:typo@example.com",
      tokenHash: "stranger", source: nil)
    try await following(shop) { try await send(stranger, shop, staff: true) }
    try await following(shop) { try await move(to: "typo@example.com", from: "zoe@example.org", 1) }
    #expect(try await contact(shop, "typo@example.com")?.userID == user)
    #expect(try await subscriber(shop, "zoe@example.org")?.status == .subscribed)
    try await following(shop) {
      try await move(to: "new@example.org", from: "typo@example.com", 2)
      try await verify()
    }
    #expect(try await subscriber(shop, "zoe@example.org") == nil)
    #expect(try await subscriber(shop, "new@example.org")?.content?.email == "new@example.org")
    #expect(try await subscriber(shop, "typo@example.com")?.content?.email == "typo@example.com")
    try await following(shop) { _ = try await shop.executor.execute(DeleteUser(userID: user, reason: .owner, deletedBy: user)) }
    #expect(try await subscriber(shop, "new@example.org")?.status == .unsubscribed)
    try await expectNothingMore(shop)
  }

  @Test func `a closed account is unsubscribed, though no contact is left of it`() async throws {
    let shop = Shop()
    try await following(shop) { try await register(shop) }
    let contact = ContactID(try #require(try await log(shop, "contact-email:zoe@example.org")))
    try await following(shop) { try await send(ActOnContact(contactID: contact, .delete(reason: nil)), shop, staff: true) }
    let enrol = EnrolSubscriber(
      newsletterID: NewsletterID(900), content: SubscriberContent(email: "zoe@example.org"), emailClaim: "newsletter-email:zoe@example.org",
      tokenHash: "hash", source: nil)
    try await following(shop) { try await send(enrol, shop, staff: true) }
    try await following(shop) { _ = try await shop.executor.execute(DeleteUser(userID: user, reason: .owner, deletedBy: user)) }
    #expect(try await subscriber(shop, "zoe@example.org")?.status == .unsubscribed)
  }

  private func log(_ shop: Shop, _ claim: String) async throws -> Int64? { shop.log.claims[claim].flatMap { Int64($0.id) } }

  /// All messages come again, to processes that have nothing in memory.
  private func expectNothingMore(_ shop: Shop) async throws {
    let before = shop.log.events.count
    let executor = CommandExecutor(log: shop.log) { [log = shop.log] in log.now }
    let ports: [any MessagePort] = [
      Contacts(log: shop.log, executor: executor, logger: Shop.quietLogger, fingerprint: { $0.lowercased() }),
      Newsletters(
        log: shop.log, executor: executor, logger: Shop.quietLogger, fingerprint: { $0.lowercased() }, tokenHash: { "hash-\($0)" }),
    ]
    for message in shop.log.events {
      for port in ports where port.messageTypes.contains(message.type) { try await port.handle(message) }
    }
    #expect(shop.log.events.suffix(from: before).map(\.type) == [])
  }

  @Test func `mails are counted on the contact with the address, and a soft bounce loses nobody`() async throws {
    let shop = Shop()
    var contact = ContactID(1)
    let (campaign, reader) = (CampaignID(5), NewsletterID(900))
    try await following(shop) {
      contact = try await add(shop, "zoe@example.org")
      let enrol = EnrolSubscriber(
        newsletterID: reader, content: SubscriberContent(email: "zoe@example.org"), emailClaim: "newsletter-email:zoe@example.org",
        tokenHash: "hash", source: nil)
      try await send(enrol, shop, staff: true)
      let content = CampaignContent(name: "A", subject: "s", content: "c")
      try await send(DraftCampaign(campaignID: campaign, content: content, createdBy: nil), shop, staff: true)
      let prepare = PrepareMails(campaignID: campaign, newsletterIDs: [reader], firstDelivery: CampaignDeliveryID(1))
      try await send(prepare, shop, staff: true)
      try await send(StartCampaign(campaignID: campaign), shop, staff: true)
      let key = DeliveryKey(campaign, reader)
      let reports: [MailReport] = [
        .sent, .opened(userAgent: nil, ipAddress: nil), .opened(userAgent: nil, ipAddress: nil),
        .clicked(url: "https://example.org", linkText: nil, userAgent: nil, ipAddress: nil),
      ]
      for report in reports { try await send(ReportMail(key, report), shop, staff: false) }
    }
    let state = try await shop.state(Contact.self, contact)
    #expect(state.subscriptions.newsletter)
    #expect(state.openCount == 2)
    #expect(state.clickCount == 1)
    #expect(state.status == .active)
    try await expectNothingMore(shop)
  }

  @Test func `nothing follows from imported contacts and subscribers`() async throws {
    let shop = Shop()
    let (email, since) = ("household-1@journey.example", Timestamp(microseconds: 1_500_000_000_000_000))
    let contact = ImportContact(
      contactID: .imported(1), content: ContactContent(email: email), emailClaim: "contact-email:\(email)", source: .import,
      subscriptions: ContactSubscriptions(newsletter: true), addedAt: since, subscribedAt: since)
    let subscriber = ImportSubscriber(
      newsletterID: .imported(1), content: SubscriberContent(email: email), emailClaim: "newsletter-email:\(email)", tokenHash: "hash",
      source: "journey", subscribedAt: since)
    // Whichever comes first.
    try await following(shop) { try await send(contact, shop, staff: false) }
    #expect(shop.log.events.map(\.type) == ["ContactAdded"])
    #expect(shop.log.events.map(\.occurredAt) == [since])
    try await following(shop) { try await send(subscriber, shop, staff: false) }
    #expect(shop.log.events.map(\.type) == ["ContactAdded", "SubscriberEnrolled"])
    // What he does from now on is followed.
    try await following(shop) { try await send(Unsubscribe(newsletterID: .imported(1), reason: .link), shop, staff: false) }
    #expect(try await shop.state(Contact.self, ContactID.imported(1)).subscriptions.newsletter == false)
  }

  @Test func `a message that keeps failing parks its stream alone`() async throws {
    let shop = Shop()
    let port = contacts(shop)
    try await register(shop)
    try await port.park(
      "user-5", at: try #require(shop.log.events.first), from: try #require(shop.log.events.first).position, tries: 3, error: "x")
    #expect(try await port.parkedSagas().keys.sorted() == ["user-5"])
    try await port.unpark("user-5", at: Position(1))
    #expect(try await port.parkedSagas().isEmpty)
  }
}

/// The owner of an account's address has shown that it is his.
private struct Verify: Command {
  let userID: UserID

  func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.record(User.verified(userID, session.load(User.self, userID)), on: User.self, userID)
    return NoAnswer()
  }
}
