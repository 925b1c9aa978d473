import Postgres

/// Why a migration stopped. Each description is one line for whoever runs it.
public enum MigrationError: Error, Sendable, CustomStringConvertible {
  /// A file or folder cannot be read.
  case unreadable(path: String)
  /// A file is not a migration.
  case malformed(path: String, reason: String)
  /// There is no folder of this name.
  case unknownDatabase(String)
  /// The file was changed after it had been applied.
  case drifted(database: String, part: MigrationPart, migration: String)
  /// The database holds a migration that has no file: it was made by a newer version of the software.
  case unknownMigration(database: String, part: MigrationPart, migration: String)
  /// The file says nothing on how to revert it.
  case irreversible(database: String, migration: String)
  /// A statement failed; nothing of that migration was kept.
  case failed(database: String, migration: String, reason: String)
  /// The server could not be used.
  case server(database: String, reason: String)

  public var description: String {
    switch self {
    case .unreadable(let path): "cannot read \(path)"
    case .malformed(let path, let reason): "\(path) is no migration: \(reason)"
    case .unknownDatabase(let name): "there is no folder with migrations of \(name)"
    case .drifted(let database, let part, let migration):
      "\(database): \(part.rawValue)/\(migration).sql was changed after it had been applied; write a new migration instead"
    case .unknownMigration(let database, let part, let migration):
      "\(database) holds the migration \(part.rawValue)/\(migration), which this version does not know: it is older than the database"
    case .irreversible(let database, let migration): "\(database): \(migration).sql has no section -- migrate:down"
    case .failed(let database, let migration, let reason): "\(database): \(migration): \(reason)"
    case .server(let database, let reason): "\(database): \(reason)"
    }
  }

  /// What a failure of the server comes to in one line. Migrations carry no values, so the server's words may be shown.
  static func words(of error: any Error) -> String {
    guard let failure = PostgresError.underlying(error) else { return String(describing: error) }
    let state = failure.sqlState.map { " (\($0))" } ?? ""
    return failure.message + state
  }
}
