import Aggregates
import EventSourcing
import JSON

/// What a delivery tells. A pure function of the event, as the message is: sent again, it is the same to the byte, except that what was
/// personal is null once its owner is forgotten.
enum WebhookBody {
  /// Bodies are smaller than this, in bytes.
  static let limit = 20_000

  /// `type`, `timestamp` and `data` as the message has them, its routing key, and its places: `sequence` is the event's in its stream
  /// (`subject`), from 1, `position` that in the whole log. Deliveries may overtake each other; by these a receiver puts them in order.
  ///
  /// A body that would be too large has null data, and under `data_url` where an administrator finds the message.
  static func of(_ event: RecordedEvent, _ message: PublicMessage, publicURL: String) -> [UInt8] {
    let body = write(event, message.name) { json in
      json.fieldRaw("data", message.data)
      json.null("data_url")
    }
    guard body.count >= limit else { return body }
    return write(event, message.name) { json in
      json.null("data")
      let place = "routing_key=\(message.name.routingKey)&after=\(event.position.rawValue - 1)&limit=1"
      json.field("data_url", "\(publicURL)/api/v1/messages-broker/messages?\(place)")
    }
  }

  private static func write(_ event: RecordedEvent, _ name: MessageName, data: (inout JSONWriter) -> Void) -> [UInt8] {
    JSONWriter.object { json in
      json.field("type", name.type)
      json.field("timestamp", event.occurredAt.rfc3339)
      data(&json)
      json.field("routing_key", name.routingKey)
      json.field("subject", event.stream.rawValue)
      json.field("sequence", event.version.rawValue)
      json.field("position", event.position.rawValue)
    }
  }

  /// The routing key of a message that only tries whether the receiver is there.
  static let pingKey = "webhooks.subscription.ping"

  /// - Parameter made: when somebody asked for it.
  static func ping(of subscription: Int64, made: Timestamp) -> [UInt8] {
    JSONWriter.object { json in
      json.field("type", "ping")
      json.field("timestamp", made.rfc3339)
      json.object("data") { $0.field("webhook_id", subscription) }
      json.null("data_url")
      json.field("routing_key", pingKey)
      json.field("subject", "webhook-\(subscription)")
      json.null("sequence")
      json.null("position")
    }
  }
}
