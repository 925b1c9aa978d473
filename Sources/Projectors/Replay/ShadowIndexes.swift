import Postgres

/// Foreign keys, unique constraints and secondary indexes of a generation, taken off while it is filled and put back afterwards.
struct ShadowIndexes: Sendable {
  private struct Definition: Sendable {
    let drop: String
    let create: String
  }

  /// By table, so that tables can be indexed side by side.
  private var indexes: [String: [Definition]] = [:]
  private var foreignKeys: [Definition] = []
  private let tables: [String]

  /// Takes everything off but primary keys and checks.
  static func takeOff(schemas: [String], _ connection: PostgresConnection) async throws -> ShadowIndexes {
    // Definitions must name their schemas, whatever the session's path is.
    try await connection.executeScript("set search_path = pg_catalog")
    let names = PostgresValue.textArray(schemas)
    let tables = try await connection.query(
      .unprepared(
        """
        select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = any ($1) and tablename <> 'schema_migrations'
        """), [names]
    ).map { try $0.string(0) }
    var taken = ShadowIndexes(tables: tables)

    let constraints = try await connection.query(
      .unprepared(
        """
        select format('%I.%I', n.nspname, r.relname), quote_ident(c.conname), pg_get_constraintdef(c.oid), c.contype = 'f'
        from pg_constraint c join pg_class r on r.oid = c.conrelid join pg_namespace n on n.oid = r.relnamespace
        where n.nspname = any ($1) and c.contype in ('f', 'u') order by c.contype, c.conname
        """), [names])
    for row in constraints {
      let (table, name) = (try row.string(0), try row.string(1))
      let definition = Definition(
        drop: "alter table \(table) drop constraint \(name)",
        create: "alter table \(table) add constraint \(name) \(try row.string(2))")
      if try row.bool(3) { taken.foreignKeys.append(definition) } else { taken.indexes[table, default: []].append(definition) }
    }
    let indexes = try await connection.query(
      .unprepared(
        """
        select format('%I.%I', n.nspname, r.relname), format('%I.%I', n.nspname, x.relname), pg_get_indexdef(i.indexrelid)
        from pg_index i join pg_class r on r.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
        join pg_namespace n on n.oid = r.relnamespace
        where n.nspname = any ($1) and r.relname <> 'schema_migrations' and not i.indisprimary
          and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
        order by x.relname
        """), [names])
    for row in indexes {
      taken.indexes[try row.string(0), default: []].append(
        Definition(drop: "drop index \(try row.string(1))", create: try row.string(2)))
    }
    let drops = (taken.foreignKeys + taken.indexes.values.flatMap { $0 }).map(\.drop)
    if !drops.isEmpty { try await connection.executeScript(drops.joined(separator: ";\n")) }
    return taken
  }

  private init(tables: [String]) {
    self.tables = tables
  }

  /// Puts everything back and has the planner look at the tables.
  func putBack(_ client: PostgresClient, limits: ReplayLimits) async throws {
    let settings = "set search_path = pg_catalog; set synchronous_commit = off; set maintenance_work_mem = '\(limits.indexMemoryMiB)MB';\n"
    // Largest first would be better still; by name is at least the same every time.
    let scripts = tables.map { table in
      (indexes[table, default: []].map { $0.create + ";" } + ["analyze \(table);"]).joined(separator: "\n")
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, script) in scripts.enumerated() {
        if number >= limits.parallelTables { try await group.next() }
        group.addTask {
          try await client.withConnection { connection in
            try await connection.executeScript(settings)
            try await connection.executeScript(script)
          }
        }
      }
      try await group.waitForAll()
    }
    let keys = foreignKeys.map { $0.create + ";" }.joined(separator: "\n")
    try await client.withConnection { connection in
      try await connection.executeScript(settings)
      if !keys.isEmpty { try await connection.executeScript(keys) }
    }
  }
}
