import Postgres

extension Migrator {
  /// Makes the roles of all databases, with their passwords, and the databases asked for.
  func createRolesAndDatabases(_ databases: [SchemaDirectory.Database]) async throws {
    try await withAdministrator { connection in
      var script = ""
      for database in directory.databases {
        for kind in DatabaseRole.allCases where roles(of: database).contains(names.role(kind, of: database.name)) {
          script += roleScript(kind, database.name)
        }
      }
      try await connection.executeScript(script)
      let existing = Set(try await connection.query(.unprepared("select datname from pg_database")).map { try $0.string(0) })
      for database in databases {
        let name = names.database(database.name)
        if !existing.contains(name) { try await connection.executeScript(databaseScript(name, of: database.name)) }
        try await connection.executeScript(rightsScript(name, of: database))
      }
    }
  }

  /// A role that is there already keeps what it has and gets the password that follows from the seed.
  private func roleScript(_ kind: DatabaseRole, _ database: String) -> String {
    let role = names.role(kind, of: database)
    let login = kind == .owner ? "nologin" : "login password '\(names.password(of: role))'"
    return """
      do $$ begin create role \(quoted(role)) nosuperuser nocreatedb nocreaterole; exception when duplicate_object then null; end $$;
      alter role \(quoted(role)) \(login);
      \(kind == .owner ? "grant \(quoted(role)) to current_user;" : "")

      """
  }

  /// The collation compares bytes: the same on every machine and after every update of its C library, and the fastest to index.
  private func databaseScript(_ name: String, of database: String) -> String {
    "create database \(quoted(name)) owner \(quoted(names.role(.owner, of: database))) template template0 encoding 'UTF8' "
      + "lc_collate 'C' lc_ctype 'C.UTF-8'"
  }

  private func rightsScript(_ name: String, of database: SchemaDirectory.Database) -> String {
    var script = "revoke connect, temporary on database \(quoted(name)) from public;"
    for role in roles(of: database) {
      script += "grant connect, temporary on database \(quoted(name)) to \(quoted(role));"
      if database.hasGenerations {
        script += "alter role \(quoted(role)) in database \(quoted(name)) set search_path = live, copies, internal, ops, public;"
      }
    }
    if database.hasGenerations {
      // Rows and checkpoint are one transaction, so what a crash of the server takes is projected again from the log.
      let projector = quoted(names.role(.projector, of: database.name))
      script += "alter role \(projector) in database \(quoted(name)) set synchronous_commit = off;"
    }
    if database.name == "event_store" {
      for role in logReaders.keys.sorted() { script += "grant connect on database \(quoted(name)) to \(quoted(names.prefix + role));" }
    }
    return script
  }

  /// Lets the projectors read the log: public events, and the private ones of their own categories.
  func grantLogReaders(_ connection: PostgresConnection) async throws {
    let grant = PostgresStatement("grant log reader", "select event_store.grant_reader($1::text, $2::text[])")
    for (role, categories) in logReaders.sorted(by: { $0.key < $1.key }) {
      _ = try await connection.query(grant, [.text(names.prefix + role), .textArray(categories.sorted())])
    }
  }
}
