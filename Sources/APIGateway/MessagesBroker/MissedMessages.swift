import Aggregates
import EventSourcing
import FoundationEssentials
import JSON
import Messaging
import RabbitMQ

/// The messages of one routing key behind a position, oldest first, made anew from the log: whatever became of the ones that were sent,
/// and of the ledger's rows, a consumer that missed some finds all of them here.
enum MissedMessages {
  static func reply(_ input: MissedInput, _ call: Call) async throws -> Reply {
    let translations = MessageCatalogue.all.filter { $0.names.contains { $0.routingKey == input.routingKey } }
    guard !translations.isEmpty else {
      throw Problem(.invalidParameter, errors: [FieldProblem("?routing_key", .valueNotAllowed)])
    }
    let log = call.services.log
    let published = try await call.ledger.position()
    let filter = EventFilter(types: translations.map(\.event.name))
    var found: [(event: RecordedEvent, message: PublicMessage)] = []
    var position = Position(input.after)
    let head = try await log.head()
    while found.count <= Int(input.limit), position < head {
      let page = try await log.readLog(after: position, filter: filter, limit: Int(input.limit) + 1)
      let keys = try await log.subjectKeys(Set(page.events.compactMap(\.subject)), create: false)
      for event in page.events where event.isPublic {
        guard let translation = MessageCatalogue.byEvent[event.type] else { continue }
        let message = try translation.message(of: event, keys: keys)
        if message.name.routingKey == input.routingKey { found.append((event, message)) }
      }
      guard page.position > position else { break }
      position = page.position
    }
    let hasMore = found.count > Int(input.limit)
    var previous = Position(input.after)
    var reply = Reply.json { json in
      json.array("data", found.prefix(Int(input.limit))) { json, item in
        write(item.event, item.message, previous, isPublished: item.event.position <= published, call, &json)
        previous = item.event.position
      }
      json.object("page") { json in
        json.null("next")
        json.null("prev")
        json.field("has_more", hasMore)
        json.field("parked", false)
      }
    }
    reply.position = head
    return reply
  }

  /// - Parameter previous: the position of the message before it in this answer, or where the client begins.
  private static func write(
    _ event: RecordedEvent, _ message: PublicMessage, _ previous: Position, isPublished: Bool, _ call: Call, _ json: inout JSONWriter
  ) {
    let sent = Envelope.message(message, of: event, previous: previous, to: call.services.broker?.exchange ?? Consumer.exchange)
    json.null("id")
    json.field("position", event.position.rawValue)
    json.field("previous_position", previous.rawValue)
    json.field("message_id", event.id.uuidString.lowercased())
    json.field("queue", "")
    json.field("exchange", sent.exchange)
    json.field("routing_key", sent.routingKey)
    json.field("type", message.name.type)
    json.field("status", (isPublished ? MessageResources.Status.published : .pending).rawValue)
    json.field("retry_count", 0)
    for name in ["published_at", "consumed_at", "failed_at", "error_message", "consumer_tag"] as [StaticString] { json.null(name) }
    json.fieldRaw("payload", sent.body)
    json.fieldRaw("headers", Ledger.headers(of: sent.properties))
    json.field("created_at", event.occurredAt.rfc3339)
    json.field("updated_at", event.occurredAt.rfc3339)
  }
}
