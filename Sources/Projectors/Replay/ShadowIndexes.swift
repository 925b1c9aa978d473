import Postgres

/// Foreign keys, primary keys, unique constraints and secondary indexes of a generation, taken off while it is filled and put back afterwards.
struct ShadowIndexes: Sendable {
  private struct Definition: Sendable {
    let drop: String
    let create: String
  }

  /// Primary keys and unique constraints, by table: each changes its table's definition, so a table's wait for each other.
  private var keys: [String: [Definition]] = [:]
  /// Secondary indexes, by table.
  private var indexes: [String: [Definition]] = [:]
  private var foreignKeys: [Definition] = []
  private let tables: [String]

  /// Takes everything off but checks.
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
        where n.nspname = any ($1) and r.relname <> 'schema_migrations' and c.contype in ('f', 'p', 'u') order by c.contype, c.conname
        """), [names])
    for row in constraints {
      let (table, name) = (try row.string(0), try row.string(1))
      let definition = Definition(
        drop: "alter table \(table) drop constraint \(name)",
        create: "alter table \(table) add constraint \(name) \(try row.string(2))")
      if try row.bool(3) { taken.foreignKeys.append(definition) } else { taken.keys[table, default: []].append(definition) }
    }
    let indexes = try await connection.query(
      .unprepared(
        """
        select format('%I.%I', n.nspname, r.relname), format('%I.%I', n.nspname, x.relname), pg_get_indexdef(i.indexrelid)
        from pg_index i join pg_class r on r.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
        join pg_namespace n on n.oid = r.relnamespace
        where n.nspname = any ($1) and r.relname <> 'schema_migrations'
          and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
        order by x.relname
        """), [names])
    for row in indexes {
      taken.indexes[try row.string(0), default: []].append(
        Definition(drop: "drop index \(try row.string(1))", create: try row.string(2)))
    }
    let drops = (taken.foreignKeys + taken.keys.values.flatMap { $0 } + taken.indexes.values.flatMap { $0 }).map(\.drop)
    if !drops.isEmpty { try await connection.executeScript(drops.joined(separator: ";\n")) }
    return taken
  }

  private init(tables: [String]) {
    self.tables = tables
  }

  /// Puts everything back and has the planner look at the tables: keys first, then each index by itself, big tables before small ones, so
  /// that all sessions end at about the same time.
  func putBack(_ client: PostgresClient, limits: ReplayLimits) async throws {
    let sizes = try await client.query(
      .unprepared("select t from unnest($1::text[]) t order by pg_relation_size(t::regclass) desc, t"),
      [.textArray(tables)])
    let order = try sizes.map { try $0.string(0) }
    try await run(order.compactMap { keys[$0]?.map(\.create).joined(separator: ";\n") }, client, limits)
    try await run(order.flatMap { indexes[$0, default: []].map(\.create) }, client, limits)
    try await run(order.map { "analyze \($0)" }, client, limits)
    // One after the other: each locks two tables, and in no particular order.
    for key in foreignKeys { try await run([key.create], client, limits) }
  }

  /// Runs scripts in order, several at once.
  private func run(_ scripts: [String], _ client: PostgresClient, _ limits: ReplayLimits) async throws {
    let settings = "set search_path = pg_catalog; set synchronous_commit = off; set maintenance_work_mem = '\(limits.indexMemoryMiB)MB'"
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
  }
}
