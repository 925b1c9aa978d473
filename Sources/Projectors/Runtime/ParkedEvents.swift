public import EventSourcing
public import Postgres

/// An event that waits: it could not be applied itself, or stands behind one that could not.
public struct ParkedEvent: Hashable, Sendable {
  public let position: Position
  public let stream: StreamName
  public let type: String
  /// What it touches; those that it only leans on begin with `&`.
  public let lanes: [String]
  /// Why it could not be applied; nil when it only stands behind another one.
  public let error: String?
  /// How often it was tried again.
  public let attempts: Int
}

/// The table `internal.parked_events` of a read database.
public enum ParkedEvents {
  /// What waits in the current generation, oldest first; at most `limit`. Any role of the database may ask.
  public static func list(_ client: PostgresClient, limit: Int = 1_000) async throws -> [ParkedEvent] {
    try await client.query(list, [.int64(Int64(limit))]).map { row in
      ParkedEvent(
        position: Position(try row.int64(0)), stream: StreamName(rawValue: try row.string(1)), type: try row.string(2),
        lanes: try row.stringArray(3), error: try row.optionalString(4), attempts: Int(try row.int32(5)))
    }
  }

  /// Has everything on a lane tried again at once; all lanes for nil. A lane is named as in ``ParkedEvent/lanes``: `stream order-42`,
  /// `orders 42`. The projector's role must ask. Returns how many events that concerns.
  @discardableResult
  public static func resume(_ client: PostgresClient, lane: String? = nil) async throws -> Int {
    try await client.query(resume, [lane.map { .text($0) } ?? .null]).affectedRows
  }

  /// $1 limit bigint.
  private static let list = PostgresStatement(
    "parked list",
    """
    select p.position, p.stream, p.type, p.lanes, p.error, p.attempts from internal.parked_events p
    join internal.generations g on g.id = p.generation and g.state = 'current' order by p.position limit $1
    """)

  /// $1 lane text or null.
  private static let resume = PostgresStatement(
    "parked resume", "update internal.parked_events set next_attempt_at = now() where $1::text is null or $1::text = any (lanes)")

  /// $1 generation bigint, $2 name text.
  static let load = PostgresStatement(
    "parked load",
    """
    select position, lanes, error is null or next_attempt_at <= now() from internal.parked_events
    where generation = $1 and name = $2 order by position
    """)

  /// $1 generation bigint, $2 name text, $3 position bigint, $4 stream text, $5 type text, $6 lanes text[], $7 error text or null,
  /// $8 pause in microseconds bigint.
  static let insert = PostgresStatement(
    "parked insert",
    """
    insert into internal.parked_events (generation, name, position, stream, type, lanes, error, next_attempt_at)
    values ($1, $2, $3, $4, $5, $6, $7, now() + $8::bigint * interval '1 microsecond')
    """)

  /// $1 generation bigint, $2 name text, $3 position bigint.
  static let remove = PostgresStatement(
    "parked remove", "delete from internal.parked_events where generation = $1 and name = $2 and position = $3")

  /// $1 generation bigint, $2 name text, $3 position bigint, $4 error text, $5 first pause, $6 longest pause, in microseconds bigint.
  static let failed = PostgresStatement(
    "parked failed",
    """
    update internal.parked_events set attempts = attempts + 1, error = $4,
      next_attempt_at = now() + least($5::bigint * 2 ^ least(attempts + 1, 30), $6::bigint) * interval '1 microsecond'
    where generation = $1 and name = $2 and position = $3
    """)
}
