import Aggregates
import EventSourcing
import JSON
import RabbitMQ
import Testing

@testable import Messaging

@Suite struct AsyncAPITests {
  static let topology = RabbitMQTopology(
    exchanges: [RabbitMQExchange("microservices_exchange", .topic)],
    queues: [RabbitMQQueue("dead_letters"), RabbitMQQueue("orders.checkout"), RabbitMQQueue("sav")],
    bindings: [
      RabbitMQBinding(exchange: "microservices_exchange", queue: "orders.checkout", routingKey: "baskets.checkout.initiated"),
      RabbitMQBinding(exchange: "microservices_exchange", queue: "sav", routingKey: "orders.order.created"),
      RabbitMQBinding(exchange: "microservices_exchange", queue: "sav", routingKey: "orders.order.cancelled"),
    ])

  private func document() throws -> JSONValue { try AsyncAPIDocument.make(Self.topology) }

  private func keys(_ value: JSONValue?) -> [String] { value?.objectValue?.map(\.key) ?? [] }

  /// What a `$ref` leads to.
  private func target(_ reference: JSONValue?, in document: JSONValue) -> JSONValue? {
    guard let path = reference?["$ref"]?.stringValue, path.hasPrefix("#/") else { return nil }
    return path.dropFirst(2).split(separator: "/").reduce(document as JSONValue?) { $0?[String($1)] }
  }

  @Test func `every routing key is one message of the exchange, and published`() throws {
    let document = try document()
    let exchange = document["channels"]?["microservices_exchange"]
    #expect(keys(document["components"]?["messages"]) == MessageCatalogue.routingKeys)
    #expect(keys(exchange?["messages"]) == MessageCatalogue.routingKeys)
    #expect(exchange?["parameters"]?["routingKey"]?["enum"] == .array(MessageCatalogue.routingKeys.map { .string($0) }))
    #expect(document["operations"]?["publish"]?["messages"]?.arrayValue?.count == MessageCatalogue.routingKeys.count)
    #expect(exchange?["bindings"]?["amqp"]?["exchange"]?["type"] == "topic")
  }

  @Test func `a consumer receives exactly its keys from its queue; a queue without any is not told`() throws {
    let document = try document()
    #expect(keys(document["channels"]) == ["microservices_exchange", "orders.checkout", "sav"])
    #expect(keys(document["operations"]) == ["publish", "receive.orders.checkout", "receive.sav"])
    #expect(keys(document["channels"]?["sav"]?["messages"]) == ["orders.order.created", "orders.order.cancelled"])
    let receive = try #require(document["operations"]?["receive.sav"])
    #expect(receive["action"] == "receive")
    #expect(
      receive["messages"] == [
        ["$ref": "#/channels/sav/messages/orders.order.created"], ["$ref": "#/channels/sav/messages/orders.order.cancelled"],
      ])
    let queue = document["channels"]?["sav"]?["bindings"]?["amqp"]?["queue"]
    #expect(queue == ["name": "sav", "durable": true, "exclusive": false, "autoDelete": false])
  }

  @Test func `every reference leads somewhere`() throws {
    let document = try document()
    var lost: [String] = []
    func look(_ value: JSONValue) {
      if value["$ref"] != nil, target(value, in: document) == nil { lost.append(value.serializedText) }
      for (_, member) in value.objectValue ?? [] { look(member) }
      for element in value.arrayValue ?? [] { look(element) }
    }
    look(document)
    #expect(lost == [])
  }

  @Test func `a message has the platform's envelope, its data, and CloudEvents attributes as headers`() throws {
    let document = try document()
    let message = try #require(document["components"]?["messages"]?["auth.user.updated"])
    #expect(message["name"] == "user.updated" && message["title"] == "User updated" && message["contentType"] == "application/json")
    #expect(message["summary"] == "Tells of one of the events UserRenamed, EmailChanged, EmailVerified.")
    #expect(message["bindings"]?["amqp"]?["messageType"] == "user.updated")
    #expect(message["x-events"]?["EmailChanged"] == ["schema_version": 1])
    let parts = try #require(message["payload"]?["allOf"]?.arrayValue)
    let envelope = try #require(target(parts[0], in: document))
    #expect(envelope["required"] == ["event_id", "event_type", "timestamp", "version", "data", "metadata"])
    #expect(envelope["properties"]?["event_id"] == ["type": "string", "format": "uuid"])
    #expect(envelope["properties"]?["timestamp"] == ["type": "string", "format": "date-time"])
    #expect(envelope["properties"]?["metadata"]?["properties"]?["user_id"] == ["type": ["integer", "null"]])
    #expect(envelope["properties"]?["metadata"]?["properties"]?["correlation_id"] == ["type": ["string", "null"], "format": "uuid"])
    #expect(parts[1]["properties"]?["event_type"] == ["const": "user.updated"])
    #expect(target(parts[1]["properties"]?["data"], in: document)?["properties"]?["user_id"] == ["type": "integer"])

    let headers = try #require(target(message["headers"], in: document))
    let required = try #require(headers["required"]?.arrayValue).compactMap(\.stringValue)
    #expect(headers["properties"]?["CC"] == ["type": "array", "items": ["type": "string"]])
    #expect(required.contains("cloudEvents:id") && required.contains("cloudEvents:previousposition") && required.contains("CC"))
    let sometimes = Set(keys(headers["properties"])).subtracting(required)
    #expect(sometimes == ["cloudEvents:traceparent", "cloudEvents:causationid", "cloudEvents:correlationid"])
  }

  @Test func `the same declarations give the same text, and what it was made from can be named`() throws {
    let text = try document().prettyText
    #expect(try document().prettyText == text)
    #expect(try AsyncAPIDocument.make(Self.topology, madeFrom: "x")["info"]?["x-made-from"] == "x")
    #expect(!text.contains("x-made-from"))
  }
}
