import Postgres
import PostgresTesting
import Testing

struct CancellationTests {
  private let sleep = PostgresStatement("sleep", "SELECT pg_sleep($1)")

  @Test func `a cancelled task stops its running statement`() async throws {
    try await withTestClient(prefix: "pg_cancel") { client in
      let begin = ContinuousClock.now
      let task = Task { try await client.query(sleep, [.double(30)]) }
      let isAsleep = try await client.withConnection { connection in try await eventually { try await connection.sleepers() == 1 } }
      #expect(isAsleep)
      task.cancel()
      let error = await #expect(throws: PostgresError.self) { _ = try await task.value }
      #expect(error?.kind == .cancelled)
      #expect(ContinuousClock.now - begin < .seconds(10))
    }
  }

  @Test func `a task cancelled at once, or before, is answered too`() async throws {
    try await withTestClient(prefix: "pg_cancel") { client in
      for _ in 0..<20 {
        let task = Task { try await client.query(sleep, [.double(30)]) }
        task.cancel()
        let error = await #expect(throws: PostgresError.self) { _ = try await task.value }
        #expect(error?.kind == .cancelled)
      }
    }
  }

  @Test func `neighbours on the connection do not feel a cancel`() async throws {
    try await withTestClient(prefix: "pg_cancel", { $0.connections = 1 }) { client in
      for _ in 0..<5 {
        let long = Task { try await client.query(sleep, [.double(30)]) }
        let isAsleep = try await client.withConnection { connection in
          try await eventually { try await connection.sleepers() == 1 }
        }
        #expect(isAsleep)
        try await withThrowingTaskGroup(of: Double.self) { group in
          for number in 0..<50 {
            group.addTask {
              _ = try await client.query(sleep, [.double(0.001)])
              return Double(number)
            }
          }
          let areBehind = try await eventually { client.metrics.inFlight + client.metrics.waiting == 51 }
          #expect(areBehind)
          long.cancel()
          try await group.waitForAll()
        }
        let error = await #expect(throws: PostgresError.self) { _ = try await long.value }
        #expect(error?.kind == .cancelled)
      }
    }
  }

  @Test func `a request cancelled while it waits is never sent`() async throws {
    try await withTestClient(
      prefix: "pg_cancel",
      {
        $0.connections = 1
        $0.maximumInFlight = 1
      }
    ) { client in
      try await client.executeScript("CREATE TABLE t (id int)")
      let long = Task { try await client.query(sleep, [.double(10)]) }
      let isRunning = try await eventually { client.metrics.inFlight == 1 && client.metrics.waiting == 0 }
      #expect(isRunning)
      let waiting = Task { try await client.query(PostgresStatement("insert", "INSERT INTO t VALUES (1)")) }
      let isWaiting = try await eventually { client.metrics.waiting == 1 }
      #expect(isWaiting)
      waiting.cancel()
      let error = await #expect(throws: PostgresError.self) { _ = try await waiting.value }
      #expect(error?.kind == .cancelled)
      _ = try await long.value
      let value1 = try await client.query(.unprepared("SELECT count(*) FROM t"))[0].int64(0)
      #expect(value1 == 0)
    }
  }

  @Test func `a cancelled transaction is rolled back and its connection used again`() async throws {
    try await withTestClient(prefix: "pg_cancel", { $0.exclusiveConnections = 1 }) { client in
      try await client.executeScript("CREATE TABLE t (id int)")
      let task = Task {
        try await client.withTransaction { connection in
          _ = try await connection.query(.unprepared("INSERT INTO t VALUES (1)"))
          _ = try await connection.query(sleep, [.double(30)])
        }
      }
      let isAsleep = try await eventually { try await client.query(.sleepers)[0].int64(0) == 1 }
      #expect(isAsleep)
      task.cancel()
      let error = await #expect(throws: PostgresError.self) { try await task.value }
      #expect(error?.kind == .cancelled)
      let count = try await client.withTransaction { try await $0.query(.unprepared("SELECT count(*) FROM t"))[0].int64(0) }
      #expect(count == 0)
    }
  }

  @Test func `a borrower can stop what its connection does`() async throws {
    try await withTestClient(prefix: "pg_cancel") { client in
      try await client.withConnection { connection in
        // Asked again and again, since nobody can tell from here when the script has begun.
        let asking = Task {
          while !Task.isCancelled {
            try await Task.sleep(for: .milliseconds(100))
            connection.cancel()
          }
        }
        let error = await #expect(throws: PostgresError.self) { try await connection.executeScript("SELECT pg_sleep(30)") }
        #expect(error?.kind == .cancelled)
        asking.cancel()
      }
    }
  }

  @Test func `a statement past the session's timeout is stopped by the server`() async throws {
    try await withTestClient(prefix: "pg_cancel", { $0.statementTimeout = .seconds(1) }) { client in
      let error = await #expect(throws: PostgresError.self) { _ = try await client.query(sleep, [.double(30)]) }
      #expect(error?.kind == .server(.queryCanceled))
      let value2 = try await client.query(.unprepared("SELECT current_setting('statement_timeout')"))[0].string(0)
      #expect(value2 == "1s")
    }
  }
}

extension PostgresStatement {
  /// How many sessions of this database are in `pg_sleep`: a statement has then begun, and will not end by itself meanwhile.
  static let sleepers = PostgresStatement(
    "sleepers", "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'")
}

extension PostgresConnection {
  fileprivate func sleepers() async throws -> Int64 { try await query(.sleepers)[0].int64(0) }
}
