import Aggregates
public import ProcessManagers
public import RabbitMQ

/// What a process manager's queue is called and bound to: the routing keys of exactly those events of other services that it acts on.
public struct Consumer: Sendable, Hashable {
  /// The exchange that all services publish to.
  public static let exchange = "microservices_exchange"
  /// Where messages go that are none: they lack what the relay writes. Somebody has to look at them.
  public static let deadLetters = "dead_letters"

  /// `<service>.<process manager>`, or the service alone where it has one of its own name.
  public let queue: String
  /// Sorted.
  public let routingKeys: [String]
  /// The types of the events that its messages tell of.
  public let types: [String]
  /// The name under which the event store keeps how far it has handled its messages.
  public let subscription: String

  public init(queue: String, routingKeys: [String], types: [String], subscription: String) {
    self.queue = queue
    self.routingKeys = routingKeys
    self.types = types
    self.subscription = subscription
  }

  /// - Returns: nil for a process manager that no other service's messages concern.
  public init?(of port: any MessagePort) {
    guard let service = port.service, !port.foreignTypes.isEmpty else { return nil }
    types = port.foreignTypes
    subscription = port.foreignSubscription
    queue = port.name == service ? service : "\(service).\(port.name)"
    routingKeys = Set(port.foreignTypes.compactMap { MessageCatalogue.byEvent[$0] }.flatMap(\.names).map(\.routingKey)).sorted()
  }

  /// Exchange, queues and bindings of some consumers. Queues are replicated ones, durable, and hand messages to one consumer at a time, so
  /// that they keep their order.
  public static func topology(of consumers: [Consumer], exchange: String = exchange, prefix: String = "") -> RabbitMQTopology {
    let dead = prefix + deadLetters
    return RabbitMQTopology(
      exchanges: [RabbitMQExchange(exchange, .topic)],
      queues: [RabbitMQQueue(dead, arguments: ["x-queue-type": "quorum"])]
        + consumers.map { consumer in
          RabbitMQQueue(
            prefix + consumer.queue,
            arguments: [
              "x-queue-type": "quorum", "x-single-active-consumer": true, "x-dead-letter-exchange": "",
              "x-dead-letter-routing-key": .string(dead), "x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish",
            ])
        },
      bindings: consumers.flatMap { consumer in
        consumer.routingKeys.map { RabbitMQBinding(exchange: exchange, queue: prefix + consumer.queue, routingKey: $0) }
      })
  }
}
