import EventStoreTesting
import Foundation
import JSON
import Testing

@testable import Aggregates
@testable import EventSourcing

@Suite struct MessageTranslationTests {
  /// The types of events that a source file of the aggregates declares as public.
  private static func publicEvents() throws -> Set<String> {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources/Aggregates")
    let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)).compactMap { $0 as? URL }
    var found: Set<String> = []
    for file in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /EventType\("(\w+)"(?:, version: \d+)?, \.public\)/) { found.insert(String(match.1)) }
      for match in text.matches(of: /eventName: String \{ "(\w+)" \}/) { found.insert(String(match.1)) }
      for match in text.matches(of: /(Reference|Tree)Names\("(\w+)", id: "\w+"(, keepsRow: true)?\)/) {
        let last = match.3 == nil ? "Removed" : "Deleted"
        let verbs = match.1 == "Tree" ? ["Added", "Renamed", "Moved", last] : ["Added", "Changed", last]
        found.formUnion(verbs.map { match.2 + $0 })
      }
    }
    return found
  }

  @Test func `every public event has exactly one message, and no private one has any`() throws {
    let events = MessageCatalogue.all.map(\.event.name)
    let declared = try Self.publicEvents()
    #expect(declared.count > 150)
    #expect(events.count == Set(events).count)
    #expect(Set(events).symmetricDifference(declared).sorted() == [])
    #expect(MessageCatalogue.all.allSatisfy { $0.event.visibility == .public })
  }

  @Test func `routing keys have three words, begin with a service, and types are short`() {
    let services: Set<Substring> = [
      "auth", "addresses", "products", "baskets", "orders", "payments", "deliveries", "newsletters", "sav", "contacts", "websites",
      "questions",
    ]
    for name in MessageCatalogue.all.flatMap(\.names) {
      let words = name.routingKey.split(separator: ".", omittingEmptySubsequences: false)
      #expect(words.count == 3 && services.contains(words[0]), "\(name)")
      #expect(words.allSatisfy { $0.allSatisfy { $0.isLowercase || $0 == "_" } && !$0.isEmpty }, "\(name)")
      #expect(name.type.contains(".") && name.type.utf8.count < 128, "\(name)")
    }
  }

  @Test func `the keys of the domain's list are published`() {
    let documented = """
      auth.user.created auth.user.updated auth.user.deleted auth.role.assigned auth.role.revoked auth.permission.granted auth.permission.revoked
      addresses.address.created addresses.address.updated addresses.address.deleted addresses.address.default_changed
      products.product.created products.product.updated products.product.deleted products.inventory.updated products.inventory.reserved
      products.inventory.reserve_failed products.inventory.released products.image.added
      baskets.basket.created baskets.item.added baskets.item.removed baskets.checkout.initiated
      orders.order.created orders.order.confirmed orders.order.paid orders.order.status_changed orders.order.cancelled
      orders.payment.authorization_requested orders.payment.refund_requested
      payments.payment.authorized payments.payment.authorization_failed payments.payment.captured payments.payment.capture_failed
      payments.payment.refunded
      deliveries.delivery.created deliveries.delivery.shipped deliveries.delivery.delivered deliveries.delivery.failed
      deliveries.delivery.status_changed deliveries.delivery.in_transit deliveries.delivery.ready_for_pickup deliveries.delivery.cancelled
      newsletters.campaign.scheduled newsletters.campaign.sent newsletters.email.sent newsletters.email.opened newsletters.email.clicked
      newsletters.email.bounced newsletters.subscriber.subscribed newsletters.subscriber.unsubscribed
      sav.ticket.created sav.ticket.status_changed sav.ticket.message_added sav.ticket.sla_breach sav.ticket.assigned sav.ticket.resolved
      sav.ticket.updated sav.ticket.closed
      contacts.contact.created contacts.contact.updated contacts.contact.deleted contacts.contact.subscribed contacts.contact.unsubscribed
      contacts.contact.tagged contacts.list.contact_added contacts.list.contact_removed contacts.list.created contacts.list.updated
      contacts.list.synced contacts.engagement.opened contacts.engagement.clicked contacts.engagement.bounced
      websites.website.created websites.website.updated websites.website.activated websites.website.deactivated
      websites.website.domain_changed websites.website.deleted
      questions.question.asked questions.question.published questions.question.answered questions.question.official_answer
      questions.answer.marked_helpful
      """
    let keys = Set(documented.split { $0 == " " || $0 == "\n" }.map(String.init))
    #expect(keys.subtracting(MessageCatalogue.routingKeys).sorted() == [])
  }

  // MARK: Data

  private func message(
    _ payload: any EventPayload, keys: [SubjectID: SubjectKey] = [:], read: [SubjectID: SubjectKey]? = nil
  ) throws -> (
    name: MessageName, data: String
  ) {
    let data = try EventData(payload, occurredAt: Timestamp(rfc3339: "2026-03-04T05:06:07.000008Z")!, keys: keys)
    let event = RecordedEvent(
      position: Position(1), stream: StreamName(rawValue: "x-1"), version: StreamVersion(1), id: UUID(), type: data.type,
      schemaVersion: data.schemaVersion, isPublic: data.isPublic, subject: data.subject, payload: data.payload, context: CommandContext(),
      commandID: CommandID(UUID()), token: DecisionToken(), occurredAt: data.occurredAt, recordedAt: data.occurredAt)
    let message = try #require(MessageCatalogue.byEvent[data.type]).message(of: event, keys: read ?? keys)
    return (message.name, String(decoding: message.data, as: UTF8.self))
  }

  @Test func `amounts are decimals and times RFC 3339, in what is written by hand and in a payload's own fields`() throws {
    let paid = try message(
      OrderPaid(
        orderID: OrderID(7), orderNumber: "ORD-1", userID: UserID(42), paymentMethod: .card, amountPaid: Cents(123_405), currency: "EUR",
        transactionID: "t-1"))
    #expect(paid.name == MessageName("orders.order.paid"))
    #expect(
      paid.data == #"{"order_id":7,"order_number":"ORD-1","user_id":42,"payment_method":"card","amount_paid":"1234.05","currency":"EUR","#
        + #""transaction_id":"t-1","paid_at":"2026-03-04T05:06:07.000008Z"}"#)
    let held = try message(
      ReservationHeld(
        orderID: OrderID(7), items: [StockItem(productID: ProductID(5), quantity: 2)],
        expiresAt: Timestamp(rfc3339: "2026-03-04T05:21:07Z")!))
    #expect(
      held.data == #"{"order_id":7,"items":[{"product_id":5,"quantity":2}],"expires_at":"2026-03-04T05:21:07.000000Z"}"#)
  }

  @Test func `what is stored stays as it was: amounts and times as numbers`() throws {
    let event = PriceChanged(productID: ProductID(5), previousPriceHT: Cents(1_000), priceHT: Cents(1_250))
    #expect(String(decoding: event.jsonBytes, as: UTF8.self).contains(#""price_ht":1250"#))
    let told = try message(event)
    #expect(told.name.routingKey == "products.product.updated" && told.name.type == "product.updated")
    #expect(
      told.data
        == #"{"product_id":5,"updated_fields":{"price_ht":"12.50"},"previous_price_ht":"10.00","updated_at":"2026-03-04T05:06:07.000008Z"}"#
    )
  }

  @Test func `personal fields are told while the key is there, and null when their owner was forgotten`() throws {
    let registered = UserRegistered(
      userID: UserID(42), imported: false, personal: .init(email: "ada@customer.example", firstname: "Ada", lastname: "L"))
    let keys = [UserID(42).subject: SubjectKey.random()]
    #expect(
      try message(registered, keys: keys).data
        == #"{"user_id":42,"email":"ada@customer.example","firstname":"Ada","lastname":"L","created_at":"2026-03-04T05:06:07.000008Z"}"#)
    #expect(
      try message(registered, keys: keys, read: [:]).data
        == #"{"user_id":42,"email":null,"firstname":null,"lastname":null,"created_at":"2026-03-04T05:06:07.000008Z"}"#)
  }

  @Test func `who did what with a mail decides the key of a contact's message`() throws {
    for engagement in ContactEngagement.allCases {
      let told = try message(
        ContactEngagementCounted(
          contactID: ContactID(3), engagement: engagement, openCount: 1, clickCount: 0, status: .active, personal: nil))
      #expect(told.name == MessageName("contacts.engagement.\(engagement.rawValue)", type: "email.\(engagement.rawValue)"))
    }
  }
}
