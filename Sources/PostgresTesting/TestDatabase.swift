import FoundationEssentials
import Logging
public import Postgres

/// A database of one test's own, on the server that `COMPTOIR_TEST_POSTGRES_URL` names (a role that may create databases and roles).
///
/// A missing variable stops the process with a clear line: a test without its server fails, it is not skipped.
public final class TestDatabase: Sendable {
  /// The environment variable with the server's URL.
  public static let variable = "COMPTOIR_TEST_POSTGRES_URL"

  /// The database's unique name.
  public let name: String
  /// How to connect as the server's test role; change the copy for other roles or settings.
  public let configuration: PostgresConfiguration
  private let roles = RoleNames()

  private init(name: String, configuration: PostgresConfiguration) {
    self.name = name
    self.configuration = configuration
  }

  /// The URL of ``configuration``, password included.
  public var url: String { configuration.urlWithPassword() }

  /// How to connect to the server's own database, for what must be done from outside.
  public static func server() throws -> PostgresConfiguration {
    guard let url = ProcessInfo.processInfo.environment[variable], !url.isEmpty else {
      preconditionFailure("\(variable) is not set: these tests need the URL of a PostgreSQL 15 or later")
    }
    var configuration = try PostgresConfiguration(url: url)
    // Many suites side by side on a small machine: a test that is slow there is not wrong.
    configuration.connectTimeout = .seconds(30)
    configuration.waitTimeout = .seconds(60)
    return configuration
  }

  /// Creates an empty database named after `prefix` (lower-case letters, digits, underscores) and something random.
  public static func make(prefix: String = "test") async throws -> TestDatabase {
    precondition(prefix.utf8.allSatisfy(isPlain), "a prefix is made of lower-case letters, digits and underscores")
    let server = try server()
    let name = "\(prefix)_\(randomText(12))"
    try await onServer { connection in
      // template0 has no sessions that could keep CREATE DATABASE waiting.
      try await connection.executeScript("CREATE DATABASE \(name) TEMPLATE template0")
    }
    var configuration = server
    configuration.database = name
    return TestDatabase(name: name, configuration: configuration)
  }

  /// A client of the database.
  public func client(_ change: (inout PostgresConfiguration) -> Void = { _ in }) -> PostgresClient {
    var configuration = configuration
    change(&configuration)
    return PostgresClient(configuration, logger: quietLogger)
  }

  /// Creates a role that may log in, with a random password, and gives the configuration to connect to this database with. The role
  /// is dropped with the database.
  public func createRole(prefix: String = "test_role") async throws -> PostgresConfiguration {
    precondition(prefix.utf8.allSatisfy(isPlain), "a prefix is made of lower-case letters, digits and underscores")
    let role = "\(prefix)_\(randomText(12))"
    let password = randomText(24)
    try await onServer { connection in
      try await connection.executeScript("CREATE ROLE \(role) LOGIN PASSWORD '\(password)'")
    }
    roles.append(role)
    var configuration = configuration
    configuration.user = role
    configuration.password = password
    return configuration
  }

  /// Has ``drop()`` drop a role that the test made itself.
  public func dropRoleAtEnd(_ role: String) { roles.append(role) }

  /// Drops the database, ending all its sessions, and then the roles. May be called twice.
  public func drop() async throws {
    let name = name
    let roles = roles.takeAll()
    try await onServer { connection in
      try await connection.executeScript("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
      for role in roles { try await connection.executeScript("DROP ROLE IF EXISTS \"\(role)\"") }
    }
  }
}

/// Runs `body` with a database of its own, which is dropped whatever happens.
public func withTestDatabase<R: Sendable>(prefix: String = "test", _ body: (TestDatabase) async throws -> R) async throws -> R {
  let database = try await TestDatabase.make(prefix: prefix)
  let result: R
  do {
    result = try await body(database)
  } catch {
    // The body's error says more than a failure to clean up after it.
    try? await database.drop()
    throw error
  }
  try await database.drop()
  return result
}

/// Runs `body` with a database of its own and a client of it, which is closed before the database is dropped.
public func withTestClient<R: Sendable>(
  prefix: String = "test", _ change: (inout PostgresConfiguration) -> Void = { _ in }, _ body: (PostgresClient) async throws -> R
) async throws -> R {
  try await withTestDatabase(prefix: prefix) { database in
    let client = database.client(change)
    let result: R
    do {
      result = try await body(client)
    } catch {
      await client.close()
      throw error
    }
    await client.close()
    return result
  }
}

private func onServer<R: Sendable>(_ body: (PostgresConnection) async throws -> R) async throws -> R {
  let client = PostgresClient(try TestDatabase.server(), logger: quietLogger)
  let result: R
  do {
    result = try await client.withConnection(body)
  } catch {
    await client.close()
    throw error
  }
  await client.close()
  return result
}

/// Tests read failures from errors, not from logs.
private let quietLogger = Logger(label: "postgres.testing") { _ in SwiftLogNoOpLogHandler() }

private func isPlain(_ byte: UInt8) -> Bool {
  (97...122).contains(byte) || (48...57).contains(byte) || byte == 95
}

private func randomText(_ count: Int) -> String {
  let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
  return String((0..<count).map { _ in letters.randomElement()! })
}
