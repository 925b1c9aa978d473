import Logging
import Postgres
import PostgresTesting
import Testing

struct ConnectionTests {
  private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  private let pid = PostgresStatement("pid", "SELECT pg_backend_pid()")
  private let sessions = PostgresStatement(
    "sessions", "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1::text")
  private let terminate = PostgresStatement(
    "terminate",
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1::text")

  @Test func `a terminated backend fails what runs on it, and the next request is served`() async throws {
    try await withTestDatabase(prefix: "pg_connection") { database in
      let client = database.client { $0.applicationName = "victim" }
      let admin = database.client { $0.applicationName = "admin" }
      let running = Task { try await client.query(PostgresStatement("sleep", "SELECT pg_sleep(30)")) }
      let isAsleep = try await eventually { try await admin.query(.sleepers)[0].int64(0) == 1 }
      #expect(isAsleep)
      _ = try await admin.query(terminate, [.text("victim")])
      let error = await #expect(throws: PostgresError.self) { _ = try await running.value }
      #expect(error?.kind == .connectionLost)
      #expect(error?.sqlState == .adminShutdown)
      #expect(error?.isTransient == true)
      for _ in 0..<20 { _ = try await client.query(pid) }
      #expect(client.metrics.reconnects >= 1)
      await client.close()
      await admin.close()
    }
  }

  @Test func `an idle exclusive connection that dies is not lent again`() async throws {
    try await withTestDatabase(prefix: "pg_connection") { database in
      let client = database.client { $0.applicationName = "victim" }
      let admin = database.client { $0.applicationName = "admin" }
      try await client.withConnection { _ = try await $0.query(pid) }
      _ = try await admin.query(terminate, [.text("victim")])
      let value2 = try await eventually { client.metrics.connectionsOpen == 0 }
      #expect(value2)
      try await client.withConnection { _ = try await $0.query(pid) }
      await client.close()
      await admin.close()
    }
  }

  @Test func `a wrong password is one clear error at once`() async throws {
    try await withTestDatabase(prefix: "pg_connection") { database in
      let role = try await database.createRole()
      var wrong = role
      wrong.password = "wrong"
      let client = PostgresClient(wrong, logger: quiet)
      let begin = ContinuousClock.now
      for _ in 0..<2 {
        let error = await #expect(throws: PostgresError.self) { _ = try await client.query(pid) }
        #expect(error?.kind == .connectFailed)
        #expect(error?.sqlState == .invalidPassword)
        #expect(error?.isTransient == false)
        #expect(error.map { "\($0)" } == "PostgresError(connectFailed 28P01)")
      }
      await #expect(throws: PostgresError.self) { try await client.withConnection { _ in } }
      #expect(ContinuousClock.now - begin < .seconds(30))
      await client.close()
      let good = PostgresClient(role, logger: quiet)
      #expect(try await good.query(.unprepared("SELECT current_user::text"))[0].string(0) == role.user)
      await good.close()
    }
  }

  @Test func `requests wait for a server that is not there, up to a deadline`() async throws {
    var nowhere = PostgresConfiguration(host: "127.0.0.1", port: 1, database: "d", user: "u")
    nowhere.waitTimeout = .milliseconds(300)
    let client = PostgresClient(nowhere, logger: quiet)
    let begin = ContinuousClock.now
    let error = await #expect(throws: PostgresError.self) { _ = try await client.query(pid) }
    #expect(error?.kind == .connectFailed)
    #expect(error?.isTransient == true)
    #expect(ContinuousClock.now - begin >= .milliseconds(300))
    let exclusive = await #expect(throws: PostgresError.self) { try await client.withConnection { _ in } }
    #expect(exclusive?.kind == .connectFailed)
    await client.close()
  }

  @Test func `a closed client leaves no connection and refuses`() async throws {
    try await withTestDatabase(prefix: "pg_connection") { database in
      let admin = database.client { $0.applicationName = "admin" }
      let client = database.client { $0.applicationName = "closing" }
      for _ in 0..<10 { _ = try await client.query(pid) }
      try await client.withConnection { _ = try await $0.query(pid) }
      let running = Task { try await client.query(PostgresStatement("sleep", "SELECT pg_sleep(4)")) }
      let isRunning = try await eventually { client.metrics.inFlight == 1 && client.metrics.waiting == 0 }
      #expect(isRunning)
      await client.close()
      // What ran was let finish.
      #expect(try await running.value.count == 1)
      #expect(client.metrics.connectionsOpen == 0)
      let value3 = try await eventually { try await admin.query(sessions, [.text("closing")])[0].int64(0) == 0 }
      #expect(value3)
      let error = await #expect(throws: PostgresError.self) { _ = try await client.query(pid) }
      #expect(error?.kind == .closed)
      await #expect(throws: PostgresError.self) { try await client.withConnection { _ in } }
      await client.close()
      await admin.close()
    }
  }

  @Test func `a client that is let go leaves no connection`() async throws {
    try await withTestDatabase(prefix: "pg_connection") { database in
      let admin = database.client { $0.applicationName = "admin" }
      do {
        let client = database.client { $0.applicationName = "dropped" }
        _ = try await client.query(pid)
      }
      let value4 = try await eventually { try await admin.query(sessions, [.text("dropped")])[0].int64(0) == 0 }
      #expect(value4)
      await admin.close()
    }
  }

  @Test func `a client never used closes`() async throws {
    let client = PostgresClient(PostgresConfiguration(host: "127.0.0.1", port: 1, database: "d", user: "u"), logger: quiet)
    await client.close()
    #expect(client.metrics.connectionsOpen == 0)
    #expect(client.metrics.queries == 0)
  }

  @Test func `the metrics count connections, waiters, requests and errors`() async throws {
    try await withTestClient(
      prefix: "pg_connection",
      {
        $0.exclusiveConnections = 2
        $0.waitTimeout = .seconds(5)
      }
    ) { client in
      _ = try await client.query(pid)
      _ = try? await client.query(.unprepared("SELECT nothing"))
      try await client.withConnection { _ in
        try await client.withConnection { _ in
          #expect(client.metrics.connectionsInUse == 2)
          let late = Task { try await client.withConnection { _ in } }
          let value5 = try await eventually { client.metrics.waiting == 1 }
          #expect(value5)
          // Nobody returns one in time.
          let error = await #expect(throws: PostgresError.self) { try await late.value }
          #expect(error?.kind == .timeout)
        }
      }
      let metrics = client.metrics
      #expect(metrics.connectionsInUse == 0)
      #expect(metrics.waiting == 0)
      #expect(metrics.queries >= 2)
      #expect(metrics.errors == 1)
    }
  }

  @Test func `more waiting requests than allowed are refused`() async throws {
    try await withTestClient(
      prefix: "pg_connection",
      {
        $0.connections = 1
        $0.maximumInFlight = 1
        $0.maximumWaiting = 5
      }
    ) { client in
      let slow = PostgresStatement("slow", "SELECT pg_sleep(0.2)")
      let outcomes = await withTaskGroup(of: PostgresError.Kind?.self) { group in
        for _ in 0..<20 {
          group.addTask {
            do throws(PostgresError) {
              _ = try await client.query(slow)
              return nil
            } catch {
              return error.kind
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.contains(.tooManyWaiting))
      #expect(outcomes.contains(nil))
      #expect(outcomes.allSatisfy { $0 == nil || $0 == .tooManyWaiting })
    }
  }

  @Test func `a hundred borrowers share two connections`() async throws {
    try await withTestClient(prefix: "pg_connection", { $0.exclusiveConnections = 2 }) { client in
      let pids = try await withThrowingTaskGroup(of: Int32.self) { group in
        for _ in 0..<100 { group.addTask { try await client.withTransaction { try await $0.query(pid)[0].int32(0) } } }
        return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
      }
      #expect(pids.count == 2)
    }
  }

  @Test func `what a session held is gone when its connection is lent again`() async throws {
    try await withTestClient(prefix: "pg_connection", { $0.exclusiveConnections = 1 }) { client in
      try await client.withConnection { connection in
        _ = try await connection.query(.unprepared("SELECT set_config('work_mem', '1MB', false), pg_advisory_lock(7)"))
        try await connection.executeScript("CREATE TEMP TABLE gone (id int); BEGIN; SELECT 1")
        _ = try? await connection.query(.unprepared("SELECT nothing"))
      }
      try await client.withConnection { connection in
        let row = try await connection.query(
          .unprepared(
            """
            SELECT current_setting('work_mem') <> '1MB', to_regclass('gone') IS NULL,
              (SELECT count(*) = 0 FROM pg_locks JOIN pg_database d ON d.oid = database
                WHERE locktype = 'advisory' AND datname = current_database())
            """))[0]
        #expect(try (0..<3).map { try row.bool($0) } == [true, true, true])
      }
    }
  }

  @Test func `a connection cannot be used after it was returned`() async throws {
    try await withTestClient(prefix: "pg_connection") { client in
      let kept = try await client.withConnection { $0 }
      let error = await #expect(throws: PostgresError.self) { _ = try await kept.query(pid) }
      #expect(error?.kind == .closed)
    }
  }

  @Test func `the session has the search path, name and time zone of the configuration`() async throws {
    try await withTestClient(
      prefix: "pg_connection",
      {
        $0.searchPath = "live, \"Odd \\ name\""
        $0.applicationName = "a name"
      }
    ) { client in
      let row = try await client.query(
        .unprepared("SELECT current_setting('search_path'), current_setting('application_name'), current_setting('TimeZone')"))[0]
      #expect(try row.string(0) == "live, \"Odd \\ name\"")
      #expect(try row.string(1) == "a name")
      #expect(try row.string(2) == "UTC")
    }
  }

  @Test func `a statement that fails to prepare fails all who sent it, and may be repaired`() async throws {
    try await withTestClient(prefix: "pg_connection", { $0.connections = 1 }) { client in
      let read = PostgresStatement("read", "SELECT id FROM later")
      let states = await withTaskGroup(of: SQLState?.self) { group in
        for _ in 0..<20 {
          group.addTask {
            do throws(PostgresError) {
              _ = try await client.query(read)
              return nil
            } catch {
              return error.sqlState
            }
          }
        }
        return await group.reduce(into: Set<SQLState?>()) { $0.insert($1) }
      }
      #expect(states == [.undefinedTable])
      try await client.executeScript("CREATE TABLE later (id int)")
      #expect(try await client.query(read).isEmpty)
      try await client.executeScript("ALTER TABLE later ALTER id TYPE bigint")
      // The server refuses a plan whose columns have changed, once.
      _ = try? await client.query(read)
      #expect(try await client.query(read).isEmpty)
    }
  }

  @Test func `a name means one statement`() async throws {
    try await withTestClient(prefix: "pg_connection", { $0.connections = 1 }) { client in
      _ = try await client.query(PostgresStatement("x", "SELECT 1"))
      let error = await #expect(throws: PostgresError.self) { _ = try await client.query(PostgresStatement("x", "SELECT 2")) }
      #expect(error?.kind == .invalidParameter)
    }
  }
}
