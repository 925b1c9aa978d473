public import Logging
public import Postgres

/// Makes databases, roles and schemas, and keeps them at the version of the files in `schema/`.
///
/// A read database has two schemas, `live` and `copies`, which together are a *generation*: a rebuild makes a second pair beside
/// it and swaps. Their migrations are unqualified statements, run with the generation's search path and recorded inside it; all
/// others are fully qualified and recorded in `public`. Everything here may be run again, and by several processes at once.
public struct Migrator: Sendable {
  /// A migration that was applied or reverted just now.
  public struct Step: Sendable, Hashable, CustomStringConvertible {
    public let database: String
    public let part: MigrationPart
    /// Version and name.
    public let migration: String

    public var description: String { "\(database): \(part.rawValue)/\(migration)" }
  }

  let admin: PostgresConfiguration
  let directory: SchemaDirectory
  let names: ClusterNames
  let logReaders: [String: [String]]
  let logger: Logger

  /// - Parameters:
  ///   - adminURL: a role that may create databases and roles.
  ///   - schemaDirectory: the folder with a folder a database, and `shared` with what all read databases have.
  ///   - passwordSeed: what the passwords of all roles follow from.
  ///   - logReaders: by role, as in `orders_service_db_projector`, the categories of the log whose private events it may read.
  ///   - prefix: put before the names of all databases and roles; lower-case letters, digits and underscores.
  /// - Throws: `MigrationError` for files that cannot be read, `PostgresError` for a URL that makes no sense.
  public init(
    adminURL: String, schemaDirectory: String, passwordSeed: String, logReaders: [String: [String]] = [:], prefix: String = "",
    logger: Logger = Logger(label: "comptoir.migrations")
  ) throws {
    admin = try PostgresConfiguration(url: adminURL)
    directory = try SchemaDirectory(path: schemaDirectory)
    names = ClusterNames(prefix: prefix, passwordSeed: passwordSeed)
    self.logReaders = logReaders
    self.logger = logger
  }

  /// A migrator of the same server and installation that reads the files of a folder anew.
  /// - Throws: `MigrationError`.
  public init(sameAs other: Migrator, schemaDirectory: String) throws {
    admin = other.admin
    directory = try SchemaDirectory(path: schemaDirectory)
    names = other.names
    logReaders = other.logReaders
    logger = other.logger
  }

  /// The databases there are, without prefix.
  public var databases: [String] { directory.databases.map(\.name) }

  /// Those of them that hold projected rows, without prefix.
  public var readDatabases: [String] { directory.databases.filter(\.hasGenerations).map(\.name) }

  /// How a role connects to a database, password included.
  ///
  /// - Parameters:
  ///   - database: where to, without prefix.
  ///   - role: as whom; `owner` gives the administrator, who acts for it.
  ///   - home: the database whose role it is; nil for the same one. A projector follows the log with its own role.
  public func configuration(_ database: String, as role: DatabaseRole, of home: String? = nil) -> PostgresConfiguration {
    var configuration = admin
    configuration.database = names.database(database)
    if role != .owner {
      configuration.user = names.role(role, of: home ?? database)
      configuration.password = names.password(of: configuration.user)
    }
    return configuration
  }

  /// Creates what is missing and applies what is pending.
  ///
  /// - Parameter only: the databases concerned; nil for all. Roles are made for all of them in any case.
  /// - Returns: what was applied, in order; empty when everything was up to date.
  /// - Throws: `MigrationError`. Migrations before the one that failed stay.
  @discardableResult
  public func up(_ only: [String]? = nil) async throws -> [Step] {
    let databases = try select(only)
    try await createRolesAndDatabases(databases)
    var steps: [Step] = []
    for database in databases {
      steps += try await withSession(database) { connection in try await applyPending(database, connection) }
    }
    return steps
  }

  /// Reverts the migration that was applied last.
  /// - Returns: what was reverted; nil when nothing was applied.
  /// - Throws: `MigrationError`.
  public func down(_ name: String) async throws -> Step? {
    let database = try select([name])[0]
    return try await withSession(database) { connection in try await revertLast(database, connection) }
  }

  /// Drops databases with everything in them, and makes them anew. With the event store go all events, for ever.
  /// - Throws: `MigrationError`.
  @discardableResult
  public func fresh(_ only: [String]) async throws -> [Step] {
    try await drop(only)
    return try await up(only)
  }

  /// Drops databases with everything in them; sessions in them are ended. Roles stay.
  public func drop(_ only: [String]? = nil) async throws {
    let databases = try select(only)
    try await withAdministrator { connection in
      for database in databases {
        try await connection.executeScript("drop database if exists \(quoted(names.database(database.name))) with (force)")
      }
    }
  }

  /// Drops all databases, and then their roles: leaves the server as it was before the first `up`.
  public func dropEverything() async throws {
    try await drop()
    try await withAdministrator { connection in
      for database in directory.databases {
        for role in roles(of: database) { try await connection.executeScript("drop role if exists \(quoted(role))") }
      }
    }
  }

  func select(_ only: [String]?) throws -> [SchemaDirectory.Database] {
    guard let only else { return directory.databases }
    for name in only where directory[name] == nil { throw MigrationError.unknownDatabase(name) }
    return directory.databases.filter { only.contains($0.name) }
  }

  func roles(of database: SchemaDirectory.Database) -> [String] {
    DatabaseRole.all(hasGenerations: database.hasGenerations).map { names.role($0, of: database.name) }
  }
}
