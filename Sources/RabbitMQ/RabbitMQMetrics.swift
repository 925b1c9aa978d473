import Synchronization

/// A client's figures at one moment. Counters run since the client was made.
public struct RabbitMQMetrics: Sendable, Hashable {
  /// Whether there is a connection now.
  public var isConnected = false
  /// Whether the broker takes no messages now, for want of memory or disk.
  public var isBlocked = false
  /// Connections that were made.
  public var connects = 0
  /// Connections that ended by themselves.
  public var losses = 0
  /// Messages sent.
  public var published = 0
  /// Messages the broker took.
  public var confirmed = 0
  /// Messages that came back or were refused.
  public var rejected = 0
  /// Messages handed to consumers.
  public var delivered = 0
}

/// The counters behind ``RabbitMQMetrics``; relaxed, for each is read alone.
final class Counters: Sendable {
  let isConnected = Atomic<Bool>(false)
  let isBlocked = Atomic<Bool>(false)
  let connects = Atomic<Int>(0)
  let losses = Atomic<Int>(0)
  let published = Atomic<Int>(0)
  let confirmed = Atomic<Int>(0)
  let rejected = Atomic<Int>(0)
  let delivered = Atomic<Int>(0)

  var metrics: RabbitMQMetrics {
    RabbitMQMetrics(
      isConnected: isConnected.load(ordering: .relaxed), isBlocked: isBlocked.load(ordering: .relaxed),
      connects: connects.load(ordering: .relaxed), losses: losses.load(ordering: .relaxed), published: published.load(ordering: .relaxed),
      confirmed: confirmed.load(ordering: .relaxed), rejected: rejected.load(ordering: .relaxed),
      delivered: delivered.load(ordering: .relaxed))
  }
}

extension Atomic<Int> {
  func increment(by value: Int = 1) { add(value, ordering: .relaxed) }
}
