import Synchronization

/// A client's figures at one moment. Counters run since the client was made.
public struct PostgresMetrics: Sendable, Hashable {
  /// Connections that are made and usable now, shared and exclusive.
  public var connectionsOpen = 0
  /// Exclusive connections that are lent now.
  public var connectionsInUse = 0
  /// Requests and tasks that wait now: not yet sent, or without an exclusive connection.
  public var waiting = 0
  /// Requests sent and not yet answered on the shared connections.
  public var inFlight = 0
  /// Requests answered, well or badly.
  public var queries = 0
  /// Requests that ended in an error, refused ones included.
  public var errors = 0
  /// Connections made again after a loss.
  public var reconnects = 0
}

/// The counters behind ``PostgresMetrics``; relaxed, for each is read alone.
final class Counters: Sendable {
  let open = Atomic<Int>(0)
  let queries = Atomic<Int>(0)
  let errors = Atomic<Int>(0)
  let reconnects = Atomic<Int>(0)
}

extension Atomic<Int> {
  func increment(by value: Int = 1) { add(value, ordering: .relaxed) }
}
