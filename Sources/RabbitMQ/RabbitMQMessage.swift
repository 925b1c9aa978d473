/// A message to publish.
public struct RabbitMQMessage: Sendable, Hashable {
  /// The exchange it goes to; empty for the default one, where the routing key is a queue's name.
  public var exchange: String
  /// At most 255 bytes.
  public var routingKey: String
  public var properties: RabbitMQProperties
  public var body: [UInt8]
  /// Whether it comes back (``RabbitMQOutcome/returned(code:reason:)``) when no queue takes it. Otherwise it is confirmed and gone.
  public var isMandatory: Bool

  /// - Parameter properties: with a `messageID`, by which a message that comes back is known; unique among those in flight.
  public init(exchange: String, routingKey: String, properties: RabbitMQProperties, body: [UInt8], isMandatory: Bool = true) {
    self.exchange = exchange
    self.routingKey = routingKey
    self.properties = properties
    self.body = body
    self.isMandatory = isMandatory
  }

  /// Headers and properties travel in one frame, whose size was agreed on with the broker.
  static let maximumHeaderBytes = 100_000

  /// What librabbitmq would find out only when half of the message is sent already.
  func validate() throws(RabbitMQError) {
    guard let id = properties.messageID, !id.isEmpty else { throw Self.invalid("a message needs an id") }
    let short = [
      exchange, routingKey, id, properties.type, properties.contentType, properties.contentEncoding, properties.correlationID,
      properties.replyTo, properties.expiration, properties.appID,
    ]
    guard short.allSatisfy({ ($0?.utf8.count ?? 0) <= 255 }) else { throw Self.invalid("a property is longer than 255 bytes") }
    var size = 0
    for (name, value) in properties.headers {
      guard name.utf8.count <= 128 else { throw Self.invalid("a header's name is longer than 128 bytes") }
      size += name.utf8.count + value.estimatedBytes
    }
    guard size <= Self.maximumHeaderBytes else { throw Self.invalid("the headers are longer than \(Self.maximumHeaderBytes) bytes") }
  }

  private static func invalid(_ message: String) -> RabbitMQError { RabbitMQError(.invalidMessage, message) }
}

/// The properties of a message (<https://www.rabbitmq.com/docs/publishers#message-properties>); nil and empty ones do not travel.
public struct RabbitMQProperties: Sendable, Hashable {
  public var messageID: String?
  public var type: String?
  public var contentType: String?
  public var contentEncoding: String?
  public var correlationID: String?
  public var replyTo: String?
  /// Milliseconds, as digits.
  public var expiration: String?
  public var appID: String?
  /// Seconds since 1970.
  public var timestamp: UInt64?
  public var priority: UInt8?
  /// Whether durable queues keep it over a restart of the broker.
  public var isPersistent: Bool
  public var headers: [String: RabbitMQValue]

  public init(
    messageID: String? = nil, type: String? = nil, contentType: String? = nil, contentEncoding: String? = nil, correlationID: String? = nil,
    replyTo: String? = nil, expiration: String? = nil, appID: String? = nil, timestamp: UInt64? = nil, priority: UInt8? = nil,
    isPersistent: Bool = true, headers: [String: RabbitMQValue] = [:]
  ) {
    self.messageID = messageID
    self.type = type
    self.contentType = contentType
    self.contentEncoding = contentEncoding
    self.correlationID = correlationID
    self.replyTo = replyTo
    self.expiration = expiration
    self.appID = appID
    self.timestamp = timestamp
    self.priority = priority
    self.isPersistent = isPersistent
    self.headers = headers
  }
}

/// What became of a published message.
public enum RabbitMQOutcome: Sendable, Hashable {
  /// The broker has taken it: every queue it was routed to has it, on disk where both are durable.
  case confirmed
  /// No queue takes it (312 NO_ROUTE); it is gone.
  case returned(code: Int, reason: String)
  /// The broker, or a queue that is full and refuses, did not take it.
  case refused
}

/// A message that a queue handed to a consumer.
public struct RabbitMQDelivery: Sendable {
  /// The exchange it was published to.
  public let exchange: String
  public let routingKey: String
  public let properties: RabbitMQProperties
  public let body: [UInt8]
  /// Whether it may have been handed over before.
  public let isRedelivered: Bool
  /// Its number on the consumer's channel, from 1.
  let tag: UInt64
  /// The consumer it came to: only there can it be acknowledged.
  let consumerID: UInt64
}

/// A value of a header or of an argument.
public enum RabbitMQValue: Sendable, Hashable {
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  /// Seconds since 1970.
  case timestamp(UInt64)
  case array([RabbitMQValue])
  case table([String: RabbitMQValue])
  case null

  /// The text, if it is one.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The number, if it is a whole one.
  public var int: Int64? { if case .int(let value) = self { value } else { nil } }

  var estimatedBytes: Int {
    switch self {
    case .bool, .null, .int, .double, .timestamp: 10
    case .string(let text): text.utf8.count + 6
    case .bytes(let bytes): bytes.count + 6
    case .array(let values): values.reduce(6) { $0 + $1.estimatedBytes }
    case .table(let table): table.reduce(6) { $0 + $1.key.utf8.count + $1.value.estimatedBytes }
    }
  }
}

extension RabbitMQValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}
