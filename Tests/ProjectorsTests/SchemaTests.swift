import FoundationEssentials
import Migrations
import Postgres
import PostgresTesting
import Testing

@testable import Projectors

struct SchemaTests {
  @Test(arguments: Projection.all.map(\.database))
  func `declared tables are those of the schema, column by column`(database: String) async throws {
    let projection = try #require(Projection.all.first { $0.database == database })
    let migrator = try Migrator(
      adminURL: try TestDatabase.server().urlWithPassword(), schemaDirectory: projectSchema, passwordSeed: "schemas",
      prefix: "s\(UInt32.random(in: 0 ... .max))_", logger: quietLogger)
    do {
      try await migrator.up([projection.database])
      let declared = projection.tables.flatMap { table in
        table.columns.map {
          "\(table.part.rawValue).\(table.name).\($0.name) \($0.type.sqlName)" + (table.key.contains($0.name) ? " key" : "")
        }
      }
      let real = try await withClient(migrator.configuration(projection.database, as: .owner)) { client in
        try await client.query(
          .unprepared(
            """
            select format('%s.%s.%s %s', c.table_schema, c.table_name, c.column_name,
                case when c.data_type = 'numeric' then 'numeric scale ' || c.numeric_scale
                  when c.data_type = 'character varying' then 'text' else c.data_type end)
              || case when k.column_name is null then '' else ' key' end
            from information_schema.columns c
            left join (information_schema.key_column_usage k
                join information_schema.table_constraints t using (constraint_schema, constraint_name))
              on t.constraint_type = 'PRIMARY KEY' and k.table_schema = c.table_schema and k.table_name = c.table_name
                and k.column_name = c.column_name
            where c.table_schema in ('live', 'copies') and c.table_name <> 'schema_migrations'
            """)
        ).map { try $0.string(0) }
      }
      #expect(Set(declared) == Set(real), "\(Set(declared).symmetricDifference(real).sorted())")
      #expect(declared.count == real.count)
    } catch {
      try? await migrator.dropEverything()
      throw error
    }
    try await migrator.dropEverything()
  }
}

extension ColumnType {
  fileprivate var sqlName: String {
    switch self {
    case .bigint: "bigint"
    case .integer: "integer"
    case .smallint: "smallint"
    case .boolean: "boolean"
    case .text: "text"
    case .timestamptz: "timestamp with time zone"
    case .jsonb: "jsonb"
    case .date: "date"
    case .numeric(let scale): "numeric scale \(scale)"
    }
  }
}
