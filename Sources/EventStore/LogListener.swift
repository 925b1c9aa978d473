import EventSourcing
import Logging
import Postgres
public import ServiceLifecycle

/// Hears of what other processes append, so that `waitForEvents` of this one wakes at once. Without it, followers find new events
/// of others by their polls alone.
public struct LogListener: Service {
  private let log: PostgresEventLog

  public init(_ log: PostgresEventLog) {
    self.log = log
  }

  /// Listens until a graceful shutdown, over connections that are made again when lost.
  public func run() async throws {
    try await cancelWhenGracefulShutdown {
      try await log.client.listen(["event_store"]) { event in
        switch event {
        case .listening: _ = try? await log.head()
        case .notification(let notification):
          if let position = Int64(notification.payload) { log.watch.advance(to: Position(position)) }
        case .lost(let error):
          log.logger.warning("no longer told of new events; polling until the connection is back", metadata: ["error": "\(error)"])
        }
      }
    }
  }
}
