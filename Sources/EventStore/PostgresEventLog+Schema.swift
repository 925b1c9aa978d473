import Postgres

extension PostgresEventLog {
  /// What the statements of this module call in the schema `event_store`.
  static let functions = [
    "acquire_lease", "advance_subscription", "append_group", "claim_owner", "due_timers", "expire_commands", "head", "load_snapshot",
    "next_ids", "open_subscription", "release_lease", "save_snapshot", "subscription_position", "verify",
  ]

  /// $1 names text[].
  private static let missing = PostgresStatement(
    "missing_functions",
    """
    select name from unnest($1::text[]) name where not exists (
      select from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'event_store' and p.proname = name)
    """)

  /// Refuses a database that is not migrated, or only in part: better at start than with whatever needs the rest first.
  ///
  /// - Throws: `PostgresError`; of `SQLState` 42883 (undefined function) when a function is missing, which it names.
  public func checkSchema() async throws {
    let missing = try await client.query(Self.missing, [.textArray(Self.functions)])
    guard let first = missing.first else { return }
    throw PostgresError(.server(.undefinedFunction), "function event_store.\(try first.string(0)) does not exist")
  }
}
