import Logging
import Postgres
import ServiceLifecycle

/// Deletes what is no longer good from the tables `cache`. Of several gateways one does it, by a lock in `cache_locks`.
struct CacheSweeper: Sendable {
  let caches: Caches
  let reads: ReadSides
  let interval: Duration
  /// Names this gateway.
  let owner: String
  let logger: Logger

  /// Sweeps until a graceful shutdown.
  func run() async {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          if try await takesTurn() { try await sweep() }
        } catch {
          // The next turn does what this one left.
          logger.warning("The caches were not swept", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: interval)
      }
    }
  }

  private static let now = "extract(epoch from clock_timestamp())::integer"
  private static let locking = PostgresStatement(
    "cache.lock",
    """
    insert into ops.cache_locks as l (key, owner, expiration) values ('sweep', $1::text, \(now) + $2::integer)
    on conflict (key) do update set owner = excluded.owner, expiration = excluded.expiration where l.expiration <= \(now) or l.owner = $1::text
    returning 1
    """)

  /// Whether this gateway sweeps now: the lock is its own until the turn after this one.
  func takesTurn() async throws -> Bool {
    try await !reads.auth.client.query(Self.locking, [.text(owner), .int64(interval.components.seconds * 2)]).isEmpty
  }

  /// Deletes what is no longer good in every service.
  func sweep() async throws {
    for side in reads.all {
      if let table = caches.table(of: side) { _ = try await table.sweep() }
    }
  }
}
