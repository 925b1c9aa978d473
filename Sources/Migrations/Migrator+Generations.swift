import Postgres

/// A second pair of schemas beside the current one, to be filled from the log.
public struct ShadowGeneration: Sendable, Hashable {
  /// Its number in `internal.generations`.
  public let id: Int64
  /// What stands before the names of its schemas: `shadow_`.
  public let schemaPrefix: String
}

extension Migrator {
  /// What stands before the schemas of a generation that is being filled.
  static let shadowPrefix = "shadow_"
  /// What stands before the schemas of the generation that was current before the last swap.
  public static let previousPrefix = "previous_"

  /// Makes an empty generation beside the current one, with all its tables; one that was left unfinished goes.
  /// - Throws: `MigrationError`.
  public func createShadow(of name: String) async throws -> ShadowGeneration {
    let database = try select([name])[0]
    return try await withSession(database) { connection in
      try await dropGeneration("shadow", prefix: Self.shadowPrefix, connection)
      try await applyGeneration(of: database, prefix: Self.shadowPrefix, connection)
      let row = try await connection.query(.unprepared("insert into internal.generations (state) values ('shadow') returning id"))
      return ShadowGeneration(id: try row[0].int64(0), schemaPrefix: Self.shadowPrefix)
    }
  }

  /// Drops a generation that is being filled, if there is one. Safe to repeat.
  public func dropShadow(of name: String) async throws {
    let database = try select([name])[0]
    try await withSession(database) { connection in
      try await dropGeneration("shadow", prefix: Self.shadowPrefix, connection)
    }
  }

  /// Drops the generation that was current before the last swap, if there is one. Safe to repeat.
  public func dropPrevious(of name: String) async throws {
    let database = try select([name])[0]
    try await withSession(database) { connection in
      try await dropGeneration("previous", prefix: Self.previousPrefix, connection)
    }
  }

  private func dropGeneration(_ state: String, prefix: String, _ connection: PostgresConnection) async throws {
    try await connection.withTransaction { connection in
      // A reader that is still in it must not hold up everybody who comes after it.
      try await connection.executeScript("set local lock_timeout = '10s'")
      for part in MigrationPart.generation {
        try await connection.executeScript("drop schema if exists \(quoted(prefix + part.rawValue)) cascade")
      }
      for statement in [
        "delete from internal.parked_events where generation in (select id from internal.generations where state = $1)",
        "delete from internal.checkpoints where generation in (select id from internal.generations where state = $1)",
        "update internal.generations set state = 'dropped', changed_at = now() where state = $1",
      ] {
        _ = try await connection.query(.unprepared(statement), [.text(state)])
      }
    }
  }
}
