import Aggregates
import EventSourcing
public import JSON
public import RabbitMQ

/// The AsyncAPI 3.0 document of what the platform publishes and of who listens
/// (<https://www.asyncapi.com/docs/reference/specification/v3.0.0>), made of the same declarations that the relay and the consumers work by.
/// The same declarations give the same document.
public enum AsyncAPIDocument {
  /// - Parameters:
  ///   - topology: the exchange, and the queues with what they are bound to.
  ///   - source: what the document was made from, as whoever asks for it names that; left out when nil.
  /// - Throws: when a message cannot be described.
  public static func make(_ topology: RabbitMQTopology, madeFrom source: String? = nil) throws -> JSONValue {
    let messages = try MessageCatalogue.descriptions()
    var info: JSONValue = [
      "title": "Comptoir", "version": "1.0.0",
      "description":
        "Every public event is published once or more, in the order of the log, by its routing key. Consumers ignore fields that they do not know.",
    ]
    if let source { info["x-made-from"] = .string(source) }
    let shared = [(key: "envelope", value: try Envelope.shape().schema), (key: "headers", value: try Envelope.headers().schema)]
    let exchanges = topology.exchanges.map { (key: $0.name, value: channel($0, messages)) }
    let queues = topology.queues.compactMap { queue in
      let keys = topology.bindings.filter { $0.queue == queue.name }.map(\.routingKey)
      return keys.isEmpty ? nil : (queue: queue, keys: keys)
    }
    return [
      "asyncapi": "3.0.0", "info": info, "defaultContentType": "application/json", "servers": ["rabbitmq": server],
      "channels": .object(exchanges + queues.map { (key: $0.queue.name, value: channel($0.queue, $0.keys)) }),
      "operations": .object(
        topology.exchanges.map { (key: "publish", value: publishing($0, messages)) }
          + queues.map { (key: "receive.\($0.queue.name)", value: receiving($0.queue, $0.keys)) }),
      "components": [
        "messages": .object(messages.map { (key: $0.name.routingKey, value: message($0)) }),
        "schemas": .object(shared + messages.map { (key: $0.name.routingKey, value: $0.data.schema) }),
        "correlationIds": [
          "request": [
            "description": "What everything that follows from one request has in common; null where nothing was asked.",
            "location": "$message.payload#/metadata/correlation_id",
          ]
        ],
        "securitySchemes": ["password": ["type": "userPassword"]],
      ],
    ]
  }

  // MARK: Where

  private static let server: JSONValue = [
    "host": "{host}", "protocol": "amqp", "protocolVersion": "0-9-1", "description": "RabbitMQ, also by amqps.",
    "variables": ["host": ["default": "127.0.0.1:5672", "description": "The broker that RABBITMQ_URL names."]],
    "security": [reference("securitySchemes", "password")],
  ]

  private static func channel(_ exchange: RabbitMQExchange, _ messages: [MessageDescription]) -> JSONValue {
    let keys = messages.map(\.name.routingKey)
    return [
      "address": "{routingKey}", "title": "All messages",
      "description":
        "A queue is bound to the routing keys of the messages it wants, or to their short types, which the header CC names; or to both.",
      "messages": references(keys),
      "parameters": ["routingKey": ["description": "The message's name.", "enum": .array(keys.map { .string($0) })]],
      "bindings": [
        "amqp": [
          "is": "routingKey",
          "exchange": ["name": .string(exchange.name), "type": .string(exchange.kind.rawValue), "durable": true, "autoDelete": false],
          "bindingVersion": "0.3.0",
        ]
      ],
    ]
  }

  private static func channel(_ queue: RabbitMQQueue, _ keys: [String]) -> JSONValue {
    [
      "address": .string(queue.name), "title": .string("What \(queue.name) acts on"), "messages": references(keys),
      "bindings": [
        "amqp": [
          "is": "queue",
          "queue": [
            "name": .string(queue.name), "durable": .bool(queue.isDurable), "exclusive": .bool(queue.isExclusive), "autoDelete": false,
          ],
          "bindingVersion": "0.3.0",
        ]
      ],
    ]
  }

  // MARK: Who

  private static func publishing(_ exchange: RabbitMQExchange, _ messages: [MessageDescription]) -> JSONValue {
    [
      "action": "send", "channel": ["$ref": .string("#/channels/\(exchange.name)")],
      "summary": "The relay publishes every public event.",
      "bindings": ["amqp": ["deliveryMode": 2, "mandatory": false, "timestamp": true, "bindingVersion": "0.3.0"]],
      "messages": list(exchange.name, messages.map(\.name.routingKey)),
    ]
  }

  private static func receiving(_ queue: RabbitMQQueue, _ keys: [String]) -> JSONValue {
    [
      "action": "receive", "channel": ["$ref": .string("#/channels/\(queue.name)")],
      "summary": .string("The process manager \(queue.name) acts on them."),
      "bindings": ["amqp": ["ack": true, "bindingVersion": "0.3.0"]], "messages": list(queue.name, keys),
    ]
  }

  // MARK: What

  private static func message(_ message: MessageDescription) -> JSONValue {
    let (key, type) = (message.name.routingKey, JSONValue.string(message.name.type))
    let events = message.events.map(\.name)
    let words = key.split { $0 == "." || $0 == "_" }.dropFirst().joined(separator: " ")
    return [
      "name": type, "title": .string(words.prefix(1).uppercased() + words.dropFirst()),
      "summary": .string(
        events.count == 1 ? "Tells of the event \(events[0])." : "Tells of one of the events \(events.joined(separator: ", "))."),
      "contentType": "application/json", "headers": reference("schemas", "headers"),
      "payload": [
        "allOf": [
          reference("schemas", "envelope"),
          ["type": "object", "properties": ["event_type": ["const": type], "data": reference("schemas", key)]],
        ]
      ],
      "correlationId": reference("correlationIds", "request"),
      "bindings": ["amqp": ["contentEncoding": "utf-8", "messageType": type, "bindingVersion": "0.3.0"]],
      "x-events": .object(message.events.map { (key: $0.name, value: ["schema_version": .int(Int64($0.schemaVersion))]) }),
    ]
  }

  private static func reference(_ kind: String, _ name: String) -> JSONValue {
    ["$ref": .string("#/components/\(kind)/\(name)")]
  }

  private static func references(_ keys: [String]) -> JSONValue {
    .object(keys.map { (key: $0, value: reference("messages", $0)) })
  }

  private static func list(_ channel: String, _ keys: [String]) -> JSONValue {
    .array(keys.map { ["$ref": .string("#/channels/\(channel)/messages/\($0)")] })
  }
}
