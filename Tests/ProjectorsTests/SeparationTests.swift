import EventSourcing
import EventStore
import FoundationEssentials
import Migrations
import Postgres
import PostgresTesting
import Testing

@testable import Projectors

/// No service sees what is another's. Walks whatever databases, tables, roles and categories there are, so that a new service is among them.
struct SeparationTests {
  /// One installation for all of it: making twelve databases and more takes its time.
  @Test func `no service opens another's database, has a right to its tables or reads its private events`() async throws {
    try await withEverything { migrator in
      try await checkDatabases(migrator)
      try await checkTables(migrator)
      try await checkEvents(migrator)
    }
  }

  /// No role opens another service's database, and none but the projectors opens the log.
  private func checkDatabases(_ migrator: Migrator) async throws {
    let followers = Set(Projection.all.map(\.database))
    var opened: [String] = []
    for (database, home, role) in Self.pairs(migrator) {
      if database == "event_store", role == .projector, followers.contains(home) { continue }
      do {
        _ = try await withClient(migrator.configuration(database, as: role, of: home)) { client in
          try await client.query(.unprepared("select 1"))
        }
        opened.append("\(home)_\(role) in \(database)")
      } catch let error as PostgresError {
        #expect(error.sqlState == .insufficientPrivilege, "\(home)_\(role) in \(database): \(error)")
      }
    }
    #expect(opened == [])
  }

  /// No role has a right to another service's tables, in any schema, were it let into the database.
  private func checkTables(_ migrator: Migrator) async throws {
    // Of the log, the projectors read the events, which row security thins out.
    let rights = PostgresStatement.unprepared(
      """
      select format('%s on %s.%s', r.rolname, n.nspname, c.relname)
      from unnest($1::text[]) r(rolname), pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and c.relkind in ('r', 'p', 'v', 'm', 'S')
        and case c.relkind
          when 'S' then has_sequence_privilege(r.rolname, c.oid, 'usage, select, update')
          else has_any_column_privilege(r.rolname, c.oid, 'insert, update, references')
            or has_table_privilege(r.rolname, c.oid, 'delete, truncate, trigger')
            or has_any_column_privilege(r.rolname, c.oid, 'select')
              and not (n.nspname = 'event_store' and c.relname in ('events', 'log', 'category_rights') and r.rolname like '%\\_projector')
        end
      """)
    for database in migrator.databases {
      let foreign = Self.pairs(migrator).filter { $0.database == database }.map {
        migrator.configuration(database, as: $0.role, of: $0.home).user
      }
      let found = try await withClient(migrator.configuration(database, as: .owner)) { client in
        try await client.query(rights, [.textArray(foreign)]).map { try $0.string(0) }
      }
      #expect(found == [], "\(database)")
    }
  }

  /// Every service reads the public events of all, and the private ones of its own categories alone.
  private func checkEvents(_ migrator: Migrator) async throws {
    let log = PostgresEventLog(migrator.configuration("event_store", as: .app), keys: nil, logger: quietLogger)
    let owned = Projection.all.map { (database: $0.database, categories: $0.ownCategories) }
    let categories = owned.flatMap(\.categories) + ["nobody"]
    do {
      for category in categories {
        let events = [true, false].map { isPublic in
          EventData(type: "Happened", isPublic: isPublic, payload: Array("{}".utf8), occurredAt: .now())
        }
        let part = StreamAppend(stream: StreamName(rawValue: "\(category)-1"), expected: .noStream, events: events)
        _ = try await log.append(Append(streams: [part]))
      }
    } catch {
      await log.close()
      throw error
    }
    await log.close()
    let publicOnes = Set(categories.map { "\($0) true" })
    for (database, own) in owned {
      try await withClient(migrator.configuration("event_store", as: .projector, of: database)) { client in
        for table in ["log", "events"] {
          let rows = try await client.query(.unprepared("select category || ' ' || is_public from event_store.\(table)"))
          let seen = try Set(rows.map { try $0.string(0) })
          #expect(seen == publicOnes.union(own.map { "\($0) false" }), "\(database), \(table)")
        }
      }
    }
  }

  /// Each database with each role of every other one that can log in.
  private static func pairs(_ migrator: Migrator) -> [(database: String, home: String, role: DatabaseRole)] {
    migrator.databases.flatMap { database in
      migrator.databases.filter { $0 != database }.flatMap { home in
        let roles: [DatabaseRole] = migrator.readDatabases.contains(home) ? [.projector, .reader] : [.app]
        return roles.map { (database, home, $0) }
      }
    }
  }

  /// Runs `body` with all databases, made as `comptoir migrate` makes them; they are dropped whatever happens.
  private func withEverything(_ body: (Migrator) async throws -> Void) async throws {
    let rights = Projection.all.map { ("\($0.database)_projector", $0.ownCategories) }
    let migrator = try Migrator(
      adminURL: try TestDatabase.server().urlWithPassword(), schemaDirectory: projectSchema, passwordSeed: "a seed for tests",
      logReaders: Dictionary(uniqueKeysWithValues: rights), prefix: "p\(UInt32.random(in: 0 ... .max))_", logger: quietLogger)
    do {
      try await migrator.up()
      try await body(migrator)
    } catch {
      try? await migrator.dropEverything()
      throw error
    }
    try await migrator.dropEverything()
  }
}
