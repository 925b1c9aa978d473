/// What went wrong on the way to the broker or in it. Its texts are the broker's or ours; none holds a credential or a message's body.
public struct RabbitMQError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The sorts of failure, for a `switch`.
  public enum Kind: Sendable, Hashable {
    /// No connection could be made now: the broker is down, or not to be found.
    case connectFailed
    /// The broker will not have us, for our credentials or the virtual host, or we it, for its certificate. Another attempt meets the same.
    case refused
    /// The connection ended, or the broker gave no sign of life for two heartbeats. Whether what was under way took effect is unknown.
    case connectionLost
    /// The broker closed the channel; the code is AMQP's (<https://www.rabbitmq.com/docs/channels#error-handling>).
    case channelClosed(code: Int)
    /// There is no such exchange or queue.
    case notFound
    /// An exchange or a queue of this name exists with other properties.
    case mismatch
    /// The user may not do this.
    case accessRefused
    /// Another connection has the queue for itself.
    case locked
    /// The queue of a consumer was deleted, or its node is gone.
    case consumerCancelled
    /// No connection within ``RabbitMQConfiguration/waitTimeout``.
    case timeout
    /// The task was cancelled. A message that was handed over may be published all the same.
    case cancelled
    /// The client, publisher or consumer was closed.
    case closed
    /// The message cannot be sent as it is; nothing was sent.
    case invalidMessage
    /// An address or a setting that makes no sense.
    case invalidConfiguration
  }

  public let kind: Kind
  public let message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// Whether the same may succeed when tried again later.
  public var isTransient: Bool {
    switch kind {
    case .connectFailed, .connectionLost, .consumerCancelled, .timeout, .locked: true
    // 5xx of a channel's closing are errors of the client, 3xx and 4xx of the moment or of the topology.
    case .channelClosed(let code): code < 500
    case .refused, .notFound, .mismatch, .accessRefused, .cancelled, .closed, .invalidMessage, .invalidConfiguration: false
    }
  }

  public var description: String { "RabbitMQError(\(kind): \(message))" }
}

extension RabbitMQError {
  /// The broker's reason for closing a channel (<https://www.rabbitmq.com/amqp-0-9-1-reference.html#constants>).
  static func channel(code: UInt16, text: String) -> RabbitMQError {
    let kind: Kind =
      switch code {
      case 403: .accessRefused
      case 404: .notFound
      case 405: .locked
      case 406 where text.contains("inequivalent"): .mismatch
      default: .channelClosed(code: Int(code))
      }
    return RabbitMQError(kind, text)
  }

  /// The broker's reason for closing a connection: 403 is about credentials, 530 about the virtual host.
  static func connection(code: UInt16, text: String) -> RabbitMQError {
    RabbitMQError(code == 403 || code == 530 ? .refused : .connectionLost, text)
  }

  static let closed = RabbitMQError(.closed, "closed by this side")
  static let cancelled = RabbitMQError(.cancelled, "the task was cancelled")
}
