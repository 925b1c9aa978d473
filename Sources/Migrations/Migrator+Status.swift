import Postgres

/// How one migration stands.
public struct MigrationStatus: Sendable, Hashable {
  /// What became of a file.
  public enum State: String, Sendable, Hashable {
    case applied
    case pending
    /// The file was changed after it had been applied.
    case drifted
    /// Applied, but there is no file: the database is newer than the program.
    case unknown
  }

  public let database: String
  public let part: MigrationPart
  /// Version and name.
  public let migration: String
  public let state: State
}

extension Migrator {
  /// How every migration stands, in the order in which they are applied. A database that does not exist has all of them pending.
  public func status(_ only: [String]? = nil) async throws -> [MigrationStatus] {
    let databases = try select(only)
    let existing = try await withAdministrator { connection in
      Set(try await connection.query(.unprepared("select datname from pg_database")).map { try $0.string(0) })
    }
    var lines: [MigrationStatus] = []
    for database in databases {
      guard existing.contains(names.database(database.name)) else {
        lines += database.files.map { line(database.name, $0.part, $0.label, .pending) }
        continue
      }
      lines += try await withSession(database) { connection in
        var lines: [MigrationStatus] = []
        for part in MigrationPart.allCases where part == .fixed || database.hasGenerations {
          let applied = try await appliedMigrations(part, schema: Self.schema(part), connection)
          lines += states(database.files(of: part), applied, of: database.name, part)
        }
        return lines
      }
    }
    return lines
  }

  private func states(
    _ files: [MigrationFile], _ applied: [AppliedMigration], of database: String, _ part: MigrationPart
  ) -> [MigrationStatus] {
    let known = files.map { file in
      let found = applied.first { $0.version == file.version }
      let state: MigrationStatus.State = found.map { $0.checksum == file.checksum ? .applied : .drifted } ?? .pending
      return line(database, part, file.label, state)
    }
    let unknown = applied.filter { migration in !files.contains { $0.version == migration.version } }
    return known + unknown.map { line(database, part, "\($0.version)_\($0.name)", .unknown) }
  }

  private func line(_ database: String, _ part: MigrationPart, _ label: String, _ state: MigrationStatus.State) -> MigrationStatus {
    MigrationStatus(database: database, part: part, migration: label, state: state)
  }
}
