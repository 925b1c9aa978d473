import EventSourcing
import EventStoreTesting
import ProcessManagers
import Testing

@testable import Aggregates

/// What time does to lists, campaigns and mails: the clock is set ahead.
@Suite struct HousekeepingTests {
  private static let day = Duration.seconds(86_400)
  private let campaign = CampaignID(5)
  private let reader = NewsletterID(900)
  private var key: DeliveryKey { DeliveryKey(campaign, reader) }

  private func contacts(_ shop: Shop) -> Contacts {
    Contacts(log: shop.log, executor: shop.executor, logger: Shop.quietLogger, fingerprint: { $0.lowercased() })
  }

  private func newsletters(_ shop: Shop) -> Newsletters {
    Newsletters(
      log: shop.log, executor: shop.executor, logger: Shop.quietLogger, fingerprint: { $0.lowercased() }, tokenHash: { "hash-\($0)" })
  }

  /// Lets so many days pass, and fires what is due by then, twice: a timer may come again.
  private func pass(_ days: Int, _ port: some MessagePort, _ shop: Shop) async throws {
    shop.log.advance(by: Self.day * days)
    let due = try await shop.log.dueTimers(limit: 100)
    for timer in due + due where try port.saga(of: timer) != nil { try await port.fire(timer) }
  }

  private func list(_ id: Int64, _ type: ContactListType, _ shop: Shop) async throws -> ContactListID {
    let list = ContactListID(id)
    let definition = ContactListDefinition(name: "List \(id)", type: type)
    _ = try await shop.executor.execute(CreateContactList(listID: list, definition: definition, createdBy: nil))
    return list
  }

  @Test func `a campaign's list is archived after ninety idle days, another one after a year`() async throws {
    let shop = Shop()
    let port = contacts(shop)
    let (marketing, custom) = try await (list(1, .marketing, shop), list(2, .custom, shop))
    let contact = ContactID(7)
    _ = try await shop.executor.execute(
      AddContact(contactID: contact, content: ContactContent(email: "a@example.org"), emailClaim: "contact-email:a"))
    try await pass(89, port, shop)
    // Somebody joins: the list is in use.
    _ = try await shop.executor.execute(
      AddToContactList(listID: marketing, contactIDs: [contact], firstMembership: LinkID(1), addedBy: nil))
    try await pass(89, port, shop)
    #expect(try await shop.state(ContactList.self, marketing).status == .active)
    try await pass(1, port, shop)
    #expect(try await shop.state(ContactList.self, marketing).status == .archived)
    try await pass(364 - 179, port, shop)
    #expect(try await shop.state(ContactList.self, custom).status == .active)
    try await pass(1, port, shop)
    #expect(try await shop.state(ContactList.self, custom).status == .archived)
    #expect(shop.count(ContactListStatusChanged.type) == 2)
    #expect(shop.log.timers.isEmpty)
  }

  @Test func `an archived list has no time running`() async throws {
    let shop = Shop()
    let list = try await list(1, .newsletter, shop)
    #expect(shop.log.timers.count == 1)
    _ = try await shop.executor.execute(ArchiveContactList(listID: list, archivedBy: nil))
    #expect(shop.log.timers.isEmpty)
  }

  /// A campaign to one reader, who opens it.
  private func send(_ shop: Shop) async throws {
    let enrol = EnrolSubscriber(
      newsletterID: reader, content: SubscriberContent(email: "zoe@example.org"), emailClaim: "newsletter-email:zoe@example.org",
      tokenHash: "hash", source: nil)
    _ = try await shop.executor.execute(enrol)
    let content = CampaignContent(name: "A", subject: "s", content: "c")
    _ = try await shop.executor.execute(DraftCampaign(campaignID: campaign, content: content, createdBy: nil))
    let prepare = PrepareMails(campaignID: campaign, newsletterIDs: [reader], firstDelivery: CampaignDeliveryID(1))
    _ = try await shop.executor.execute(prepare)
    _ = try await shop.executor.execute(StartCampaign(campaignID: campaign))
    _ = try await shop.executor.execute(ReportMail(key, .sent))
  }

  private func report(_ report: MailReport, _ shop: Shop) async throws { _ = try await shop.executor.execute(ReportMail(key, report)) }

  @Test func `how a mail was read is erased after ninety days, and its campaign leaves the lists after a year`() async throws {
    let shop = Shop()
    let port = newsletters(shop)
    try await send(shop)
    try await report(.opened(userAgent: nil, ipAddress: nil), shop)
    #expect(!shop.log.timers.keys.contains { $0.hasPrefix("newsletters-tracking") })
    try await report(.opened(userAgent: "Mail", ipAddress: "192.0.2.1"), shop)
    try await pass(80, port, shop)
    // It is the first trace from which is counted.
    try await report(.clicked(url: "https://example.org", linkText: nil, userAgent: "Mail", ipAddress: nil), shop)
    try await pass(9, port, shop)
    #expect(shop.count(MailTrackingErased.type) == 0)
    try await pass(1, port, shop)
    #expect(shop.count(MailTrackingErased.type) == 1)
    try await report(.opened(userAgent: "Mail", ipAddress: nil), shop)
    try await pass(90, port, shop)
    #expect(shop.count(MailTrackingErased.type) == 2)
    #expect(try await !shop.state(Campaign.self, campaign).isDeleted)
    try await pass(365 - 180, port, shop)
    #expect(try await shop.state(Campaign.self, campaign).isDeleted)
    #expect(shop.count(CampaignDeleted.type) == 1)
    #expect(shop.log.timers.isEmpty)
  }

  @Test func `bounces older than half a year count no longer`() async throws {
    let shop = Shop()
    let port = newsletters(shop)
    try await send(shop)
    try await report(.bounced(.hard, reason: nil), shop)
    try await pass(179, port, shop)
    #expect(try await shop.state(Subscriber.self, reader).bounceCount == 1)
    try await pass(1, port, shop)
    let state = try await shop.state(Subscriber.self, reader)
    #expect(state.bounceCount == 0)
    #expect(state.hardBounceCount == 0)
    #expect(state.status == .subscribed)
    #expect(shop.count(SubscriberBouncesForgotten.type) == 1)
  }

  @Test func `each leaves the other's timers alone`() async throws {
    let shop = Shop()
    _ = try await list(1, .marketing, shop)
    try await send(shop)
    shop.log.advance(by: Self.day * 400)
    let due = try await shop.log.dueTimers(limit: 10)
    #expect(due.count == 2)
    for timer in due {
      let sagas = try [contacts(shop).saga(of: timer), newsletters(shop).saga(of: timer)].compactMap(\.self)
      #expect(sagas.count == 1, "\(timer.name)")
      #expect(try SupportDesk(log: shop.log, executor: shop.executor).saga(of: timer) == nil)
      #expect(try shop.checkout().saga(of: timer) == nil)
    }
  }
}
