import Postgres

/// A line of the bookkeeping.
struct AppliedMigration {
  let part: MigrationPart
  let version: String
  let name: String
  let checksum: String
  /// Microseconds since 1970.
  let appliedAt: Int64
}

extension Migrator {
  /// The schemas of a generation that stands under a prefix: none for the current one, `shadow_` for one that is being filled.
  static func schema(_ part: MigrationPart, generationPrefix: String = "") -> String {
    part == .fixed ? "public" : generationPrefix + part.rawValue
  }

  /// Applies what is pending of the fixed part and of the current generation.
  func applyPending(_ database: SchemaDirectory.Database, _ connection: PostgresConnection) async throws -> [Step] {
    var steps = try await apply(.fixed, of: database, connection)
    if database.hasGenerations {
      steps += try await applyGeneration(of: database, connection)
      try await connection.executeScript(
        """
        insert into internal.generations (state) select 'current'
          where not exists (select from internal.generations where state = 'current')
        """)
    }
    if database.name == "event_store", !database.files.isEmpty { try await grantLogReaders(connection) }
    return steps
  }

  /// Makes both schemas of a generation, applies its migrations and grants what the roles need.
  @discardableResult
  func applyGeneration(
    of database: SchemaDirectory.Database, prefix: String = "", _ connection: PostgresConnection
  ) async throws -> [Step] {
    var steps: [Step] = []
    let owner = quoted(names.role(.owner, of: database.name))
    let projector = quoted(names.role(.projector, of: database.name))
    let reader = quoted(names.role(.reader, of: database.name))
    for part in MigrationPart.generation {
      let schema = quoted(Self.schema(part, generationPrefix: prefix))
      try await connection.executeScript("create schema if not exists \(schema) authorization \(owner)")
      steps += try await apply(part, of: database, generationPrefix: prefix, connection)
      try await connection.executeScript(
        """
        grant usage on schema \(schema) to \(reader), \(projector);
        grant select on all tables in schema \(schema) to \(reader), \(projector);
        grant insert, update, delete, truncate on all tables in schema \(schema) to \(projector);
        """)
    }
    return steps
  }

  private func apply(
    _ part: MigrationPart, of database: SchemaDirectory.Database, generationPrefix: String = "", _ connection: PostgresConnection
  ) async throws -> [Step] {
    let schema = Self.schema(part, generationPrefix: generationPrefix)
    let files = database.files(of: part)
    try await createBookkeeping(in: schema, part, of: database, connection)
    let applied = try await appliedMigrations(part, schema: schema, connection)
    for migration in applied {
      let label = "\(migration.version)_\(migration.name)"
      guard let file = files.first(where: { $0.version == migration.version }) else {
        throw MigrationError.unknownMigration(database: database.name, part: part, migration: label)
      }
      if file.checksum != migration.checksum {
        throw MigrationError.drifted(database: database.name, part: part, migration: file.label)
      }
    }
    var steps: [Step] = []
    for file in files where !applied.contains(where: { $0.version == file.version }) {
      try await run(file.up, file, of: database, schema: schema, connection) {
        let record = "insert into \(quoted(schema)).schema_migrations (version, name, checksum) values ($1, $2, $3)"
        _ = try await connection.query(.unprepared(record), [.text(file.version), .text(file.name), .text(file.checksum)])
      }
      steps.append(Step(database: database.name, part: part, migration: file.label))
    }
    return steps
  }

  /// Reverts the migration with the latest time of application; within one time, the highest version.
  func revertLast(_ database: SchemaDirectory.Database, _ connection: PostgresConnection) async throws -> Step? {
    var applied: [AppliedMigration] = []
    for part in MigrationPart.allCases where part == .fixed || database.hasGenerations {
      applied += try await appliedMigrations(part, schema: Self.schema(part), connection)
    }
    guard let last = applied.max(by: { ($0.appliedAt, $0.version) < ($1.appliedAt, $1.version) }) else { return nil }
    let label = "\(last.version)_\(last.name)"
    guard let file = database.files(of: last.part).first(where: { $0.version == last.version }) else {
      throw MigrationError.unknownMigration(database: database.name, part: last.part, migration: label)
    }
    guard let down = file.down else { throw MigrationError.irreversible(database: database.name, migration: label) }
    let schema = Self.schema(last.part)
    try await run(down, file, of: database, schema: schema, connection) {
      _ = try await connection.query(
        .unprepared("delete from \(quoted(schema)).schema_migrations where version = $1"), [.text(file.version)])
    }
    return Step(database: database.name, part: last.part, migration: label)
  }

  /// Runs a script and its bookkeeping in one transaction: a generation's as its owner with its search path, others as the administrator.
  private func run(
    _ sql: String, _ file: MigrationFile, of database: SchemaDirectory.Database, schema: String, _ connection: PostgresConnection,
    record: () async throws -> Void
  ) async throws {
    var script = names.adapted(sql, databases: directory.databases.map(\.name))
    if file.isShared { script = RolePlaceholders.filled(script) { names.role($0, of: database.name) } }
    do {
      try await connection.withTransaction { connection in
        if file.part != .fixed {
          let owner = quoted(names.role(.owner, of: database.name))
          try await connection.executeScript("set local role \(owner); set local search_path = \(quoted(schema))")
        }
        try await connection.executeScript(script)
        try await record()
      }
    } catch {
      throw MigrationError.failed(database: database.name, migration: file.label, reason: MigrationError.words(of: error))
    }
  }

  private func createBookkeeping(
    in schema: String, _ part: MigrationPart, of database: SchemaDirectory.Database, _ connection: PostgresConnection
  ) async throws {
    // Made by whoever writes it: the owner for a generation, the administrator for the rest.
    let role = part == .fixed ? "none" : quoted(names.role(.owner, of: database.name))
    try await connection.executeScript(
      """
      set role \(role);
      create table if not exists \(quoted(schema)).schema_migrations (
        version text primary key,
        name text not null,
        checksum text not null,
        applied_at timestamptz not null default clock_timestamp()
      );
      reset role;
      """)
  }

  func appliedMigrations(_ part: MigrationPart, schema: String, _ connection: PostgresConnection) async throws -> [AppliedMigration] {
    let exists = try await connection.query(
      .unprepared("select to_regclass($1::text) is not null"), [.text("\(quoted(schema)).schema_migrations")])
    guard try exists[0].bool(0) else { return [] }
    let rows = try await connection.query(
      .unprepared("select version, name, checksum, applied_at from \(quoted(schema)).schema_migrations order by version"))
    return try rows.map {
      try AppliedMigration(
        part: part, version: $0.string(0), name: $0.string(1), checksum: $0.string(2), appliedAt: $0.timestamp(3))
    }
  }
}
