import Logging
import Postgres

extension Migrator {
  /// Any number that no other program is likely to lock.
  private static let lockKey: Int64 = 0x636F_6D70_746F_6972

  /// Runs `body` on a connection to the administrator's database, alone among all migrators of this server.
  func withAdministrator<R: Sendable>(_ body: (PostgresConnection) async throws -> R) async throws -> R {
    try await withLockedSession(admin, name: admin.database, body)
  }

  /// Runs `body` on an administrator's connection to a database, alone among all migrators of that database.
  func withSession<R: Sendable>(_ database: SchemaDirectory.Database, _ body: (PostgresConnection) async throws -> R) async throws -> R {
    try await withLockedSession(configuration(database.name, as: .owner), name: database.name, body)
  }

  /// The lock is the session's: it goes with the connection, however that ends.
  private func withLockedSession<R: Sendable>(
    _ configuration: PostgresConfiguration, name: String, _ body: (PostgresConnection) async throws -> R
  ) async throws -> R {
    let client = PostgresClient(configuration, logger: logger)
    let result: R
    do {
      result = try await client.withConnection { connection in
        _ = try await connection.query(PostgresStatement("migration lock", "select pg_advisory_lock($1)"), [.int64(Self.lockKey)])
        return try await body(connection)
      }
    } catch {
      await client.close()
      throw error is MigrationError ? error : MigrationError.server(database: name, reason: MigrationError.words(of: error))
    }
    await client.close()
    return result
  }
}
