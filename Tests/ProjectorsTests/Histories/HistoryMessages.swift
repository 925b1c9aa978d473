import Aggregates
import EventSourcing
import EventStore
import JSON

/// The messages that a history makes, judged by what `MessageCatalogue` says they are.
struct HistoryMessages {
  /// What need not happen in the random shop, whose histories go on until everything has happened that a projection knows; with the reason.
  static let unheard: [String: String] = [
    "addresses.country.deleted": "it keeps its countries", "addresses.country.updated": "it keeps its countries",
    "addresses.region.deleted": "it keeps its regions", "addresses.region.updated": "it keeps its regions",
    "baskets.promo_code.redeemed": "no projection knows it: codes are redeemed by the checkout's process manager",
    "deliveries.delivery.return_needed": "no projection knows it: the process manager of deliveries asks for it",
    "payments.payment.capture_failed": "one seed has it, another not: a capture seldom fails",
    "products.inventory.reservation_extended": "no projection knows it: the checkout's process manager extends reservations",
  ]

  /// Differences between a message and its description, each once.
  private(set) var faults: Set<String> = []
  /// The routing keys that occurred.
  private(set) var heard: Set<String> = []
  private(set) var count = 0

  init(of log: PostgresEventLog) async throws {
    let descriptions = try MessageCatalogue.descriptions()
    let schemas = Dictionary(uniqueKeysWithValues: descriptions.map { ($0.name, $0.data.schema) })
    var validator = SchemaValidator()
    var position = Position.start
    let head = try await log.head()
    while position < head {
      let page = try await log.readLog(after: position, filter: .all, limit: 1_000)
      let keys = try await log.subjectKeys(Set(page.events.compactMap(\.subject)), create: false)
      for event in page.events {
        guard let translation = MessageCatalogue.byEvent[event.type] else { continue }
        // As it was sent, and as it would be sent again after its owner was forgotten.
        for known in event.subject == nil ? [keys] : [keys, [:]] {
          let message = try translation.message(of: event, keys: known)
          heard.insert(message.name.routingKey)
          count += 1
          guard let schema = schemas[message.name] else {
            faults.insert("\(event.type): \(message.name.routingKey) is not described")
            continue
          }
          for fault in try validator.faults(of: JSONValue(parsing: message.data), by: schema) {
            faults.insert("\(event.type), \(message.name.routingKey): \(fault)")
          }
        }
      }
      position = page.position
    }
  }
}
