import Migrations
import Postgres
import Testing

struct MigratorTests {
  @Test func `all schemas of the project are applied and hold the tables they should, and a second run finds nothing to do`() async throws {
    try await withMigrator { migrator in
      let steps = try await migrator.up()
      #expect(Tables.listed.values.map(\.count).reduce(0, +) == 74)
      #expect(Set(migrator.readDatabases).isSubset(of: Tables.listed.keys))
      for database in migrator.readDatabases {
        let found = try await Tables.found(in: migrator, database)
        let expected = Tables.expected(in: database)
        #expect(found == expected, "\(database): \(found.symmetricDifference(expected).sorted())")
      }
      #expect(steps.contains { $0.database == "orders_service_db" && $0.part == .live })
      #expect(try await migrator.up().isEmpty)
      #expect(try await migrator.status().allSatisfy { $0.state == .applied })
    }
  }

  @Test(arguments: ["orders_service_db", "products_service_db"])
  func `every fixed and generation migration of a read database can be reverted and applied again`(database: String) async throws {
    try await withMigrator { migrator in
      let applied = try await migrator.up([database])
      var reverted: [Migrator.Step] = []
      while let step = try await migrator.down(database) { reverted.append(step) }
      #expect(reverted == applied.reversed())
      #expect(try await migrator.up([database]) == applied)
    }
  }

  @Test func `two migrators at once apply everything once`() async throws {
    try await withSchemaFolder { folder in
      try await withMigrator(folder.path) { migrator in
        async let first = migrator.up()
        async let second = migrator.up()
        let count = try await first.count + second.count
        #expect(count == 3)
      }
    }
  }

  @Test func `a file changed after its application is refused by name`() async throws {
    try await withSchemaFolder { folder in
      try await withMigrator(folder.path) { migrator in
        try await migrator.up()
        try folder.write("shop/generation/live/1_goods.sql", "create table goods (id integer);", down: nil)
        try await again(folder, migrator) { changed in
          let states = try await changed.status(["shop"]).map(\.state)
          #expect(states == [.applied, .drifted])
          let error = await #expect(throws: MigrationError.self) { try await changed.up(["shop"]) }
          #expect(error?.description.contains("live/1_goods.sql was changed") == true)
        }
      }
    }
  }

  @Test func `a database newer than the program is refused`() async throws {
    try await withSchemaFolder { folder in
      try folder.write("ledger/fixed/2_more.sql", "create table public.more (id bigint);", down: nil)
      try await withMigrator(folder.path) { migrator in
        try await migrator.up()
        try folder.remove("ledger/fixed/2_more.sql")
        try await again(folder, migrator) { older in
          let error = await #expect(throws: MigrationError.self) { try await older.up(["ledger"]) }
          #expect(error?.description.contains("2_more") == true)
        }
      }
    }
  }

  @Test func `a migration that fails leaves nothing of itself, and is named`() async throws {
    try await withSchemaFolder { folder in
      try folder.write("ledger/fixed/2_broken.sql", "create table public.half (id bigint); select 1 / 0;", down: nil)
      try await withMigrator(folder.path) { migrator in
        let error = await #expect(throws: MigrationError.self) { try await migrator.up(["ledger"]) }
        #expect(error?.description.contains("2_broken: division by zero") == true)
        #expect(try await migrator.status(["ledger"]).map(\.state) == [.applied, .pending])
        try await withClient(migrator.configuration("ledger", as: .owner)) { client in
          let found = try await client.query(.unprepared("select to_regclass('public.half') is null"))
          #expect(try found[0].bool(0))
        }
      }
    }
  }

  @Test func `the projector writes, the reader reads, and neither opens another service's database`() async throws {
    try await withMigrator { migrator in
      try await migrator.up(["orders_service_db", "auth_service_db"])
      let insert = PostgresStatement.unprepared("insert into order_status (id, name) values (1, 'pending')")
      try await withClient(migrator.configuration("orders_service_db", as: .projector)) { client in
        let inserted = try await client.query(insert).affectedRows
        #expect(inserted == 1)
      }
      try await withClient(migrator.configuration("orders_service_db", as: .reader)) { client in
        let name = try await client.query(.unprepared("select name from order_status"))[0].string(0)
        #expect(name == "pending")
        let error = await #expect(throws: PostgresError.self) { try await client.query(insert) }
        #expect(error?.sqlState == .insufficientPrivilege)
      }
      try await withClient(migrator.configuration("auth_service_db", as: .reader, of: "orders_service_db")) { client in
        let error = await #expect(throws: PostgresError.self) { try await client.query(.unprepared("select 1")) }
        #expect(error?.sqlState == .insufficientPrivilege)
      }
    }
  }

  @Test func `a shared file is applied to every read database, for its own roles, and reverted in one alone`() async throws {
    try await withSchemaFolder { folder in
      try folder.write("bakery/generation/live/1_bread.sql", "create table bread (id bigint primary key);", down: "drop table bread;")
      try folder.write("bakery/fixed/1_internal.sql", folder.internalSchema(of: "bakery"), down: "drop schema internal cascade;")
      try folder.write(
        "shared/fixed/2_mark.sql",
        """
        create table internal.mark (id bigint, note text default 'a cast'::"text");
        alter table internal.mark owner to :"owner";
        grant select on internal.mark to :"reader";
        """, down: "drop table internal.mark; grant usage on schema internal to :\"reader\";")
      try await withMigrator(folder.path) { migrator in
        let steps = try await migrator.up()
        #expect(steps.filter { $0.migration == "2_mark" }.map(\.database) == ["bakery", "shop"])
        #expect(!migrator.databases.contains("shared"))
        for database in ["bakery", "shop"] {
          let grants = try await withClient(migrator.configuration(database, as: .owner)) { client in
            try await client.query(
              .unprepared(
                """
                select tableowner, has_table_privilege($1, 'internal.mark', 'select'), has_table_privilege($2, 'internal.mark', 'select')
                from pg_tables where tablename = 'mark'
                """),
              [
                .text(migrator.configuration(database, as: .reader).user),
                .text(migrator.configuration(database == "shop" ? "bakery" : "shop", as: .reader).user),
              ])
          }
          #expect(try grants[0].string(0).hasSuffix("_\(database)_owner"))
          #expect(try grants[0].bool(1))
          #expect(try !grants[0].bool(2))
        }
        // The generation's migration was applied last, then the shared one.
        #expect(try await migrator.down("bakery")?.migration == "1_bread")
        #expect(try await migrator.down("bakery")?.migration == "2_mark")
        #expect(try await migrator.status(["shop"]).allSatisfy { $0.state == .applied })
        #expect(try await migrator.status(["bakery"]).map(\.state) == [.applied, .pending, .pending])
      }
    }
  }

  @Test func `a shared file that names databases is for those alone`() async throws {
    try await withSchemaFolder { folder in
      try folder.write("bakery/generation/live/1_bread.sql", "create table bread (id bigint primary key);", down: "drop table bread;")
      try folder.write("bakery/fixed/1_internal.sql", folder.internalSchema(of: "bakery"), down: "drop schema internal cascade;")
      try folder.write(
        "shared/fixed/2_mark.sql", head: "-- migrate:databases bakery of_tomorrow\n", "create table internal.mark (id bigint);", down: nil)
      try await withMigrator(folder.path) { migrator in
        let steps = try await migrator.up()
        #expect(steps.filter { $0.migration == "2_mark" }.map(\.database) == ["bakery"])
      }
    }
  }

  @Test func `a shared file with a role that some read database does not have, or with a version of its own file, is refused by name`()
    async throws
  {
    try await withSchemaFolder { folder in
      try folder.write("shared/fixed/2_mark.sql", "grant usage on schema internal to :\"app\";", down: nil)
      let unknown = #expect(throws: MigrationError.self) { try migrator(over: folder) }
      #expect(unknown?.description.hasSuffix("2_mark.sql is no migration: :\"app\" is no role of shop") == true)
      try folder.remove("shared/fixed/2_mark.sql")
      try folder.write("shared/fixed/1_mark.sql", "select 1;", down: nil)
      let double = #expect(throws: MigrationError.self) { try migrator(over: folder) }
      #expect(double?.description.contains("has the same version") == true)
    }
  }

  @Test func `fresh drops what was there`() async throws {
    try await withSchemaFolder { folder in
      try await withMigrator(folder.path) { migrator in
        try await migrator.up()
        try await withClient(migrator.configuration("ledger", as: .owner)) { client in
          _ = try await client.query(.unprepared("insert into public.book values (1)"))
        }
        #expect(try await migrator.fresh(["ledger"]).count == 1)
        try await withClient(migrator.configuration("ledger", as: .owner)) { client in
          let isEmpty = try await client.query(.unprepared("select from public.book")).isEmpty
          #expect(isEmpty)
        }
      }
    }
  }

  @Test func `a shadow generation has the same tables, and goes without a trace`() async throws {
    try await withMigrator { migrator in
      try await migrator.up(["orders_service_db"])
      let shadow = try await migrator.createShadow(of: "orders_service_db")
      #expect(try await migrator.createShadow(of: "orders_service_db").id > shadow.id)
      try await withClient(migrator.configuration("orders_service_db", as: .owner)) { client in
        let differences = PostgresStatement.unprepared(
          """
          with shape as (
            select table_schema, table_name, column_name, data_type from information_schema.columns
              where table_schema in ('live', 'shadow_live'))
          select * from shape l full join shape s
            on s.table_schema = 'shadow_live' and l.table_name = s.table_name and l.column_name = s.column_name
          where l.table_schema = 'live' and s.table_schema is null
          """)
        #expect(try await client.query(differences).isEmpty)
        try await migrator.dropShadow(of: "orders_service_db")
        let left = try await client.query(.unprepared("select from pg_namespace where nspname like 'shadow%'"))
        #expect(left.isEmpty)
      }
    }
  }

  private func migrator(over folder: SchemaFolder) throws -> Migrator {
    try Migrator(adminURL: "postgres://nobody@localhost/postgres", schemaDirectory: folder.path, passwordSeed: "a seed for tests")
  }

  /// A migrator of the same installation that reads the folder anew.
  private func again(_ folder: SchemaFolder, _ migrator: Migrator, _ body: (Migrator) async throws -> Void) async throws {
    try await body(try Migrator(sameAs: migrator, schemaDirectory: folder.path))
  }
}
