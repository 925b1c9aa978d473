public import Postgres

extension Projection {
  /// Every column there is in the current generation. The catalogue is open to every role.
  private static let columns = PostgresStatement(
    "columns of the generation",
    """
    select n.nspname || '.' || c.relname || '.' || a.attname
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('live', 'copies') and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
    """)

  /// Refuses a read database that lacks a table or column of this program: it was migrated by an older one, or in part.
  ///
  /// - Parameter client: of the read database, as any of its roles.
  /// - Throws: `ProjectorError.outdatedSchema`, which names one that is missing; `PostgresError`.
  public func checkSchema(_ client: PostgresClient) async throws {
    let real = Set(try await client.query(Self.columns).map { try $0.string(0) })
    for table in tables {
      for column in table.columns {
        let name = "\(table.part.rawValue).\(table.name).\(column.name)"
        guard real.contains(name) else { throw ProjectorError.outdatedSchema(database: database, missing: name) }
      }
    }
  }
}
