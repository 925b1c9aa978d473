/// An exchange as it should be. All are durable and survive their last binding.
public struct RabbitMQExchange: Sendable, Hashable {
  public enum Kind: String, Sendable { case direct, fanout, topic, headers }

  public var name: String
  public var kind: Kind
  public var isInternal: Bool
  public var arguments: [String: RabbitMQValue]

  public init(_ name: String, _ kind: Kind, isInternal: Bool = false, arguments: [String: RabbitMQValue] = [:]) {
    self.name = name
    self.kind = kind
    self.isInternal = isInternal
    self.arguments = arguments
  }
}

/// A queue as it should be.
public struct RabbitMQQueue: Sendable, Hashable {
  public var name: String
  /// Whether it survives a restart of the broker.
  public var isDurable: Bool
  /// Whether it belongs to this connection and goes with it.
  public var isExclusive: Bool
  /// Such as `x-queue-type` (<https://www.rabbitmq.com/docs/queues#optional-arguments>).
  public var arguments: [String: RabbitMQValue]

  public init(_ name: String, isDurable: Bool = true, isExclusive: Bool = false, arguments: [String: RabbitMQValue] = [:]) {
    self.name = name
    self.isDurable = isDurable
    self.isExclusive = isExclusive
    self.arguments = arguments
  }
}

/// A queue's wish for what an exchange gets under a key, in which `*` stands for a word and `#` for any number of them.
public struct RabbitMQBinding: Sendable, Hashable {
  public var exchange: String
  public var queue: String
  public var routingKey: String

  public init(exchange: String, queue: String, routingKey: String) {
    self.exchange = exchange
    self.queue = queue
    self.routingKey = routingKey
  }
}

/// Exchanges, queues and bindings that belong together.
public struct RabbitMQTopology: Sendable, Hashable {
  public var exchanges: [RabbitMQExchange]
  public var queues: [RabbitMQQueue]
  public var bindings: [RabbitMQBinding]

  public init(exchanges: [RabbitMQExchange] = [], queues: [RabbitMQQueue] = [], bindings: [RabbitMQBinding] = []) {
    self.exchanges = exchanges
    self.queues = queues
    self.bindings = bindings
  }

  /// What a broker has otherwise than it should.
  public enum Difference: Sendable, Hashable, CustomStringConvertible {
    case exchangeMissing(String)
    case queueMissing(String)
    /// With the broker's words.
    case exchangeDiffers(String, String)
    case queueDiffers(String, String)

    public var description: String {
      switch self {
      case .exchangeMissing(let name): "exchange \(name) is missing"
      case .queueMissing(let name): "queue \(name) is missing"
      case .exchangeDiffers(let name, let reason): "exchange \(name) is another one: \(reason)"
      case .queueDiffers(let name, let reason): "queue \(name) is another one: \(reason)"
      }
    }
  }
}

extension RabbitMQTopology {
  /// Both together; what is in both stands once.
  public static func + (first: RabbitMQTopology, second: RabbitMQTopology) -> RabbitMQTopology {
    RabbitMQTopology(
      exchanges: first.exchanges + second.exchanges.filter { !first.exchanges.contains($0) },
      queues: first.queues + second.queues.filter { !first.queues.contains($0) },
      bindings: first.bindings + second.bindings.filter { !first.bindings.contains($0) })
  }
}
