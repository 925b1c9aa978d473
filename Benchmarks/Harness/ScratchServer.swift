import EventStore
import Foundation
import Logging
import Migrations
import Postgres

/// Databases of our own on the server under test, made by the migrations that ship and dropped at the end.
struct ScratchServer {
  let migrator: Migrator
  /// Stands before the names of its databases and roles.
  let prefix: String
  /// What the passwords of all roles follow from.
  let passwordSeed: String
  let logger: Logger

  /// Makes databases, runs `body`, and drops them again, also when it throws.
  /// - Parameter databases: those that are made; nil for all.
  static func with<R>(
    _ databases: [String]?, _ settings: Settings, schemaDirectory: String? = nil, logReaders: [String: [String]] = [:],
    _ body: (ScratchServer) async throws -> R
  ) async throws -> R {
    let prefix = "bench_\(getpid())_\(UInt16.random(in: 0...UInt16.max))_"
    let seed = UUID().uuidString
    let migrator = try Migrator(
      adminURL: settings.adminURL, schemaDirectory: schemaDirectory ?? settings.schemaDirectory, passwordSeed: seed,
      logReaders: logReaders, prefix: prefix, logger: settings.logger)
    do {
      try await migrator.up(databases)
      let result = try await body(ScratchServer(migrator: migrator, prefix: prefix, passwordSeed: seed, logger: settings.logger))
      try await migrator.dropEverything()
      return result
    } catch {
      try? await migrator.dropEverything()
      throw error
    }
  }

  /// The event store, used as its own role as in service.
  func log(connections: Int = 2) -> PostgresEventLog {
    var configuration = migrator.configuration("event_store", as: .app)
    configuration.connections = connections
    return PostgresEventLog(configuration, logger: logger)
  }

  /// A connection string for programs beside ours.
  func url(_ database: String, as role: DatabaseRole) -> String {
    let configuration = migrator.configuration(database, as: role)
    let password = (configuration.password ?? "").addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    return "postgres://\(configuration.user):\(password)@\(configuration.host):\(configuration.port)/\(configuration.database)"
  }

  /// Asks a database something as one of its roles.
  func rows(_ sql: String, _ values: [PostgresValue] = [], in database: String, as role: DatabaseRole) async throws -> PostgresResult {
    let client = PostgresClient(migrator.configuration(database, as: role), logger: logger)
    do {
      let rows = try await client.query(.unprepared(sql), values)
      await client.close()
      return rows
    } catch {
      await client.close()
      throw error
    }
  }

  /// Brings tables into the state in which a database is that has run for a while.
  func settle(_ database: String) async throws {
    let client = PostgresClient(migrator.configuration(database, as: .owner), logger: logger)
    try await client.executeScript("vacuum analyze")
    try await client.executeScript("checkpoint")
    await client.close()
  }

  static func show(_ names: [String], _ settings: Settings) async throws -> [String] {
    let client = PostgresClient(try PostgresConfiguration(url: settings.adminURL), logger: settings.logger)
    var values: [String] = []
    for name in names {
      values.append(try await client.query(.unprepared("select current_setting($1)"), [.text(name)])[0].string(0))
    }
    await client.close()
    return values
  }
}
