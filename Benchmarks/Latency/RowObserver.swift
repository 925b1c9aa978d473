import Postgres
import Synchronization

/// Looks for rows by their keys, over a connection of its own, until it has seen them.
final class RowObserver: Sendable {
  /// From the beginning of one look to that of the next; later when a look takes longer.
  static let interval: Int64 = 500

  private struct State {
    /// When each was acknowledged, in microseconds; of those that were not seen yet.
    var waiting: [Int64: Int64] = [:]
    var looks = 0
  }

  let latency = Latency()
  private let client: PostgresClient
  private let statement: PostgresStatement
  private let state = Mutex(State())

  /// - Parameters:
  ///   - configuration: the read database, as its reader.
  ///   - sql: gives the keys, bigint, of those rows that are there among `$1`, bigint[].
  init(_ configuration: PostgresConfiguration, _ sql: String, _ settings: Settings) {
    var configuration = configuration
    configuration.connections = 1
    client = PostgresClient(configuration, logger: settings.logger)
    statement = PostgresStatement("bench.observe", sql)
  }

  /// Has a row looked for whose event was acknowledged just now.
  func expect(_ key: Int64) {
    let now = monotonicMicroseconds()
    state.withLock { $0.waiting[key] = now }
  }

  var isDone: Bool { state.withLock { $0.waiting.isEmpty } }

  /// How often it looked.
  var looks: Int { state.withLock { $0.looks } }

  /// Looks until it is cancelled.
  func run() async throws {
    while !Task.isCancelled {
      let begin = monotonicMicroseconds()
      let keys = state.withLock { Array($0.waiting.keys) }
      if !keys.isEmpty {
        let rows = try await client.query(statement, [.int64Array(keys)])
        let now = monotonicMicroseconds()
        for row in rows {
          let key = try row.int64(0)
          if let acknowledged = state.withLock({ $0.waiting.removeValue(forKey: key) }) { latency.record(microseconds: now - acknowledged) }
        }
        state.withLock { $0.looks += 1 }
      }
      let rest = Self.interval - (monotonicMicroseconds() - begin)
      if rest > 0 { try? await Task.sleep(for: .microseconds(rest)) }
    }
  }

  func close() async {
    await client.close()
  }
}
