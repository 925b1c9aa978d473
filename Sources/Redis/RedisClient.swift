public import Logging
import Synchronization

/// Asks a Redis over one connection, which a thread of its own reads and writes: commands that wait at the same time go out together, and no
/// blocking call runs on the cooperative pool. The connection is made again when it breaks; meanwhile commands fail at once, because what
/// Redis is asked for here can be had another way, only slower.
public final class RedisClient: Sendable {
  private let connection: RedisConnection

  /// Connects in the background. Commands wait for the first attempt.
  public init(_ configuration: RedisConfiguration, logger: Logger) {
    connection = RedisConnection(configuration, logger: logger)
    connection.start()
  }

  /// Sends one command: its name and arguments, as they are.
  /// - Throws: `RedisError`. A task that is cancelled waits for the answer all the same, which takes `timeout` at most.
  public func send(_ words: [RedisWord]) async throws(RedisError) -> RedisReply {
    try await withCheckedContinuation { continuation in
      connection.enqueue(RedisConnection.Pending(words: words) { continuation.resume(returning: $0) })
    }.get()
  }

  /// The same, with the words as arguments: `send("SET", key, value)`.
  public func send(_ words: RedisWord...) async throws(RedisError) -> RedisReply { try await send(words) }

  /// Ends the connection; what waits fails with `.closed`. Further calls do nothing.
  public func close() { connection.close() }
}

/// A part of a command: bytes, a text or a number.
public struct RedisWord: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  let bytes: [UInt8]

  /// Bytes as they are.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }
  /// A text as UTF-8.
  public init(_ text: String) { bytes = Array(text.utf8) }
  /// A number in decimal digits.
  public init(_ number: Int64) { bytes = Array(String(number).utf8) }
  public init(stringLiteral text: String) { self.init(text) }
  public init(integerLiteral number: Int64) { self.init(number) }
}
