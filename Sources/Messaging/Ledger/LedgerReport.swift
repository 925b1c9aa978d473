public import EventSourcing
import JSON
import RabbitMQ

/// What a consumer tells of messages that it took from its queue. It travels over the audit exchange to the ledger, several messages at
/// once:
///
///     {"queue":"deliveries","consumer":"deliveries@host","messages":[
///       {"message_id":"…","position":17,"status":"consumed","at":"2026-11-26T10:00:00.000000Z"},
///       {"message_id":"…","position":18,"status":"dead_letter","at":"…","tries":8,"error":"…"}]}
///
/// `status` is `consumed`, `failed` (it is tried again) or `dead_letter` (it waits, and what follows of its stream with it).
public struct LedgerReport: Sendable, Hashable {
  /// What became of a message.
  public enum Outcome: Sendable, Hashable {
    case consumed
    /// - Parameters:
    ///   - tries: so far.
    ///   - isParked: whether it waits now for somebody to look.
    case failed(tries: Int, error: String, isParked: Bool)
  }

  /// One message.
  public struct Entry: Sendable, Hashable {
    /// The `event_id` of its envelope.
    public var messageID: String
    /// Where its event stands; nil for a message without one.
    public var position: Position?
    public var outcome: Outcome
    public var at: Timestamp

    public init(messageID: String, position: Position?, outcome: Outcome, at: Timestamp) {
      self.messageID = messageID
      self.position = position
      self.outcome = outcome
      self.at = at
    }
  }

  /// The name of the queue in the topology, without a prefix.
  public var queue: String
  /// Names the consumer to operators.
  public var consumer: String
  public var entries: [Entry]

  public init(queue: String, consumer: String, entries: [Entry]) {
    self.queue = queue
    self.consumer = consumer
    self.entries = entries
  }

  /// The exchange that consumers report to; not the one of the messages, so that nothing there needs a queue for everything.
  public static let exchange = "microservices_audit"
  /// The queue of the ledger.
  public static let queueName = "messages_broker.audit"
  /// At most so many messages in one report.
  static let maximumEntries = 500
  /// Errors are cut at so many characters.
  static let maximumErrorLength = 500

  /// The report as it travels.
  /// - Parameter id: unique among those in flight.
  func message(id: String, exchange: String) -> RabbitMQMessage {
    RabbitMQMessage(
      exchange: exchange, routingKey: queue,
      properties: RabbitMQProperties(messageID: id, type: "ledger.report", contentType: "application/json", appID: "comptoir"),
      body: JSONWriter.object { json in
        json.field("queue", queue)
        json.field("consumer", consumer)
        json.array("messages", entries) { json, entry in
          json.field("message_id", entry.messageID)
          json.field("position", entry.position?.rawValue)
          switch entry.outcome {
          case .consumed: json.field("status", "consumed")
          case .failed(let tries, let error, let isParked):
            json.field("status", isParked ? "dead_letter" : "failed")
            json.field("tries", tries)
            json.field("error", String(error.prefix(Self.maximumErrorLength)))
          }
          json.field("at", entry.at.rfc3339)
        }
      })
  }

  /// Reads a report as it travelled; nil when it is none.
  init?(parsing body: [UInt8]) {
    guard let json = try? JSONValue(parsing: body), let queue = json["queue"]?.stringValue, let consumer = json["consumer"]?.stringValue,
      let messages = json["messages"]?.arrayValue, queue.utf8.count <= 255, consumer.utf8.count <= 255
    else { return nil }
    var entries: [Entry] = []
    for message in messages {
      guard let id = message["message_id"]?.stringValue, id.utf8.count <= 255, let status = message["status"]?.stringValue,
        let at = message["at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
      else { return nil }
      let outcome: Outcome
      switch status {
      case "consumed": outcome = .consumed
      case "failed", "dead_letter":
        let tries = message["tries"]?.int64Value ?? 1
        guard (1...1_000_000).contains(tries) else { return nil }
        let error = String((message["error"]?.stringValue ?? "").prefix(Self.maximumErrorLength))
        outcome = .failed(tries: Int(tries), error: error, isParked: status == "dead_letter")
      default: return nil
      }
      entries.append(Entry(messageID: id, position: message["position"]?.int64Value.map { Position($0) }, outcome: outcome, at: at))
    }
    self.init(queue: queue, consumer: consumer, entries: entries)
  }
}
