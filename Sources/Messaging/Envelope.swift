public import Aggregates
public import EventSourcing
import FoundationEssentials
import JSON
public import RabbitMQ

/// The message of an event as it travels: the platform's envelope as the body, CloudEvents 1.0 attributes as headers
/// (<https://cloudevents.io>), the long routing key to publish under, and the short one in the header `CC`, by which RabbitMQ routes as well
/// (<https://www.rabbitmq.com/docs/sender-selected>).
///
/// A pure function of the event and of the previous event with its key: published twice, it is the same to the byte.
public enum Envelope {
  /// Of the envelope's form; consumers refuse a major version they do not know.
  public static let version = "1.0"
  /// The header with the event's place in the log, a whole number as text.
  public static let positionHeader = "cloudEvents:position"

  /// - Parameters:
  ///   - previous: the position of the last event before this one whose message has the same routing key; `.start` for none.
  ///   - exchange: where it is published.
  public static func message(
    _ message: PublicMessage, of event: RecordedEvent, previous: Position, to exchange: String
  ) -> RabbitMQMessage {
    RabbitMQMessage(
      exchange: exchange, routingKey: message.name.routingKey, properties: properties(message.name, event, previous),
      body: body(message, event),
      // A key that nobody is bound to is no error.
      isMandatory: false)
  }

  private static func body(_ message: PublicMessage, _ event: RecordedEvent) -> [UInt8] {
    JSONWriter.object { json in
      json.isSpelledOut = true
      write(message.name, event, &json) { $0.fieldRaw("data", message.data) }
    }
  }

  private static func write(_ name: MessageName, _ event: RecordedEvent, _ json: inout JSONWriter, data: (inout JSONWriter) -> Void) {
    json.field("event_id", event.id)
    json.field("event_type", name.type)
    json.field("timestamp", event.occurredAt)
    json.field("version", version)
    data(&json)
    json.object("metadata") { json in
      json.field("correlation_id", event.context.correlationID)
      json.field("causation_id", event.context.causationID)
      json.field("user_id", userID(of: event.context.actor))
      json.field("traceparent", event.context.traceparent)
    }
  }

  /// What a body may be, whatever its data.
  static func shape() throws -> JSONShape {
    try JSONShape { write(example, event(CommandContext()), &$0) { json in json.object("data") { _ in } } }
  }

  /// What the headers may be.
  static func headers() throws -> JSONShape {
    var shape = JSONShape()
    for context in [CommandContext(), CommandContext(correlationID: UUID(), causationID: UUID(), traceparent: "00-0-0-00")] {
      let headers = properties(example, event(context), .start).headers
      shape.merge(
        JSONShape(fields: headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value.string == nil ? .array(of: .text) : .text) }))
    }
    return shape
  }

  private static let example = MessageCatalogue.all[0].names[0]

  private static func event(_ context: CommandContext) -> RecordedEvent {
    Examples.event(MessageCatalogue.all[0].event, context: context)
  }

  private static func properties(_ name: MessageName, _ event: RecordedEvent, _ previous: Position) -> RabbitMQProperties {
    let service = name.routingKey.prefix { $0 != "." }
    // Whole numbers of CloudEvents have 32 bits, and positions more: so they are texts.
    var headers: [String: RabbitMQValue] = [
      "CC": .array([.string(name.type)]),
      "cloudEvents:specversion": "1.0",
      "cloudEvents:id": .string(text(event.id)),
      "cloudEvents:source": .string("/services/\(service)"),
      "cloudEvents:type": .string(name.type),
      "cloudEvents:subject": .string(event.stream.rawValue),
      "cloudEvents:time": .string(event.occurredAt.rfc3339),
      "cloudEvents:sequence": .string("\(event.version.rawValue)"),
      positionHeader: .string("\(event.position.rawValue)"),
      "cloudEvents:previousposition": .string("\(previous.rawValue)"),
      "cloudEvents:schemaversion": .string("\(event.schemaVersion)"),
    ]
    if let traceparent = event.context.traceparent { headers["cloudEvents:traceparent"] = .string(traceparent) }
    if let cause = event.context.causationID { headers["cloudEvents:causationid"] = .string(text(cause)) }
    if let correlation = event.context.correlationID { headers["cloudEvents:correlationid"] = .string(text(correlation)) }
    return RabbitMQProperties(
      messageID: text(event.id), type: name.type, contentType: "application/json", contentEncoding: "utf-8",
      correlationID: event.context.correlationID.map(text), appID: "comptoir",
      timestamp: UInt64(max(0, event.occurredAt.rawValue / 1_000_000)), headers: headers)
  }

  /// The user who asked; nil for processes and strangers.
  private static func userID(of actor: String?) -> Int64? {
    guard let actor, actor.hasPrefix("user-") else { return nil }
    return Int64(actor.dropFirst(5))
  }

  fileprivate static func text(_ id: UUID) -> String { id.uuidString.lowercased() }
}

extension JSONWriter {
  fileprivate mutating func field(_ key: StaticString, _ id: UUID) {
    if isDescribing { describe(key, .text(format: "uuid")) } else { field(key, Envelope.text(id)) }
  }

  fileprivate mutating func field(_ key: StaticString, _ id: UUID?) {
    if isDescribing { describe(key, .text(format: "uuid").orNull) } else { field(key, id.map(Envelope.text)) }
  }
}
