import JSON
import Postgres
import Synchronization

/// About how many rows a list has, by the planner's statistics: asked of it at most once in a while for each choice of filters.
final class RowEstimates: Sendable {
  /// How long an estimate is good.
  static let lifetime: Duration = .seconds(60)
  /// How many choices of filters are remembered.
  private static let capacity = 1_000

  private let known = Mutex(TwoGenerationCache<String, (rows: Int64, until: ContinuousClock.Instant)>(capacity: capacity))

  /// - Parameter sql: a query of the rows.
  func rows(of sql: String, _ parameters: [PostgresValue], from side: ReadSide) async throws -> Int64 {
    let key = "\(side.client.configuration.database) \(sql)" + parameters.map { " \($0)" }.joined()
    if let entry = known.withLock({ $0[key] }), entry.until > .now { return entry.rows }
    let result = try await side.client.query(.unprepared("explain (format json) \(sql)"), parameters)
    let plan = try JSONValue(parsing: result[0].bytes(0))[0]?["Plan"]
    guard let rows = plan?["Plan Rows"]?.int64Value else { throw PostgresError(.decoding, "a plan without its number of rows") }
    known.withLock { $0[key] = (rows, .now + Self.lifetime) }
    return rows
  }
}
