import Postgres

/// A service's cache in its table `cache`, where no Redis is configured. Its moments are whole seconds of the database's clock.
struct TableCache: Cache {
  /// The services whose databases have the table.
  static let services: Set = ["auth", "newsletters", "sav", "contacts", "websites", "questions"]

  let client: PostgresClient

  private static let now = "extract(epoch from clock_timestamp())::integer"

  private static let reading = PostgresStatement("cache.value", "select value from ops.cache where key = $1::text and expiration > \(now)")
  private static let storing = PostgresStatement(
    "cache.store",
    """
    insert into ops.cache (key, value, expiration) values ($1::text, $2::text, \(now) + $3::integer)
    on conflict (key) do update set value = excluded.value, expiration = excluded.expiration
    """)
  private static let counting = PostgresStatement(
    "cache.count",
    """
    insert into ops.cache as c (key, value, expiration) values ($1::text, '1', \(now) + $2::integer)
    on conflict (key) do update set
      value = case when c.expiration > \(now) then (c.value::bigint + 1)::text else '1' end,
      expiration = case when c.expiration > \(now) then c.expiration else excluded.expiration end
    returning value::bigint, greatest(expiration - \(now), 0)::bigint
    """)
  private static let removing = PostgresStatement("cache.remove", "delete from ops.cache where key = $1::text")
  private static let sweeping = PostgresStatement(
    "cache.sweep", "with gone as (delete from ops.cache where expiration <= \(now) returning 1) select count(*) from gone")

  func value(_ key: String) async throws -> String? {
    try await client.query(Self.reading, [.text(key)]).first.map { try $0.string(0) }
  }

  func store(_ value: String, as key: String, seconds: Int) async throws {
    _ = try await client.query(Self.storing, [.text(key), .text(value), .int64(Int64(seconds))])
  }

  func count(_ key: String, seconds: Int) async throws -> (count: Int, secondsLeft: Int) {
    let row = try await client.query(Self.counting, [.text(key), .int64(Int64(seconds))])[0]
    return (Int(try row.int64(0)), Int(try row.int64(1)))
  }

  func remove(_ key: String) async throws { _ = try await client.query(Self.removing, [.text(key)]) }

  /// Deletes what is no longer good.
  /// - Returns: how many entries.
  func sweep() async throws -> Int64 { try await client.query(Self.sweeping)[0].int64(0) }
}
