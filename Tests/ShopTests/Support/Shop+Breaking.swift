import EventSourcing
import Foundation
import Logging
import Migrations
import Postgres
import PostgresTesting

extension Shop {
  /// Does something as the server's administrator.
  func administrate<Result: Sendable>(_ body: (PostgresClient) async throws -> Result) async throws -> Result {
    let client = PostgresClient(try TestDatabase.server(), logger: Logger(label: "shop.tests") { _ in SwiftLogNoOpLogHandler() })
    do {
      let result = try await body(client)
      await client.close()
      return result
    } catch {
      await client.close()
      throw error
    }
  }

  /// Ends all sessions in the shop's databases, whatever they are doing.
  /// - Returns: how many there were.
  @discardableResult
  func cutConnections() async throws -> Int {
    let names = migrator.databases.map { migrator.configuration($0, as: .owner).database }
    return try await administrate { client in
      try await client.query(
        PostgresStatement("cut_connections", "select pg_terminate_backend(pid) from pg_stat_activity where datname = any($1)"),
        [.textArray(names)]
      ).count
    }
  }

  /// Lets nobody into the event store until `body` is over: for its users the database is gone.
  func withoutLog(_ body: () async throws -> Void) async throws {
    let name = migrator.configuration("event_store", as: .owner).database
    try await administrate { client in
      try await client.withConnection { try await $0.executeScript("alter database \"\(name)\" with allow_connections false") }
    }
    try await cutConnections()
    let result: Result<Void, any Error>
    do {
      result = .success(try await body())
    } catch {
      result = .failure(error)
    }
    try await administrate { client in
      try await client.withConnection { try await $0.executeScript("alter database \"\(name)\" with allow_connections true") }
    }
    try result.get()
  }

  /// The settings of the real program over this shop's databases.
  func environment(in folder: URL) -> [String: String] {
    var environment = ["PATH": "/usr/bin:/bin", "ADMIN_EMAIL": "admin@shop.example", "ADMIN_PASSWORD": "an administrator's sentence"]
    environment["COMPTOIR_ROLE_PASSWORD_SEED"] = Self.passwordSeed
    environment["COMPTOIR_SECRET"] = "a secret for tests"
    environment["COMPTOIR_SIGNING_KEY"] = folder.appending(path: "signing-key.pem").path
    // Where no list of countries is: thousands of rows that no test here looks at.
    environment["COMPTOIR_ISO_CODES"] = folder.path
    for database in migrator.readDatabases {
      environment["\(database.uppercased())_URL"] = migrator.configuration(database, as: .reader).urlWithPassword()
    }
    environment["EVENT_STORE_URL"] = migrator.configuration("event_store", as: .app).urlWithPassword()
    environment["SUBJECT_KEYS_URL"] = migrator.configuration("subject_keys", as: .app).urlWithPassword()
    return environment
  }
}
