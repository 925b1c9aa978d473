import Postgres
import PostgresTesting
import Testing

struct TransactionTests {
  struct Refused: Error {}

  private let insert = PostgresStatement("insert", "INSERT INTO t VALUES ($1)")
  private let count = PostgresStatement("count", "SELECT count(*) FROM t")

  private func withTable(_ body: (PostgresClient) async throws -> Void) async throws {
    try await withTestClient(prefix: "pg_transaction") { client in
      try await client.executeScript("CREATE TABLE t (id bigint PRIMARY KEY)")
      try await body(client)
    }
  }

  @Test func `a transaction commits when its body returns`() async throws {
    try await withTable { client in
      let sum = try await client.withTransaction { connection in
        _ = try await connection.query(insert, [.int64(1)])
        _ = try await connection.query(insert, [.int64(2)])
        let value1 = try await client.query(count)[0].int64(0)
        #expect(value1 == 0)
        return try await connection.query(count)[0].int64(0)
      }
      #expect(sum == 2)
      let value2 = try await client.query(count)[0].int64(0)
      #expect(value2 == 2)
    }
  }

  @Test func `a transaction rolls back when its body throws, and the body's error is rethrown`() async throws {
    try await withTable { client in
      await #expect(throws: Refused.self) {
        try await client.withTransaction { connection in
          _ = try await connection.query(insert, [.int64(1)])
          throw Refused()
        }
      }
      let value3 = try await client.query(count)[0].int64(0)
      #expect(value3 == 0)
      let error = await #expect(throws: PostgresError.self) {
        try await client.withTransaction { connection in
          _ = try await connection.query(insert, [.int64(1)])
          _ = try await connection.query(insert, [.int64(1)])
        }
      }
      #expect(error?.sqlState == .uniqueViolation)
      #expect(error?.constraint == "t_pkey")
      #expect(error?.table == "t")
      let value4 = try await client.query(count)[0].int64(0)
      #expect(value4 == 0)
    }
  }

  @Test func `a swallowed failure makes the commit fail`() async throws {
    try await withTable { client in
      let error = await #expect(throws: PostgresTransactionError.self) {
        try await client.withTransaction { connection in
          _ = try await connection.query(insert, [.int64(1)])
          _ = try? await connection.query(insert, [.int64(1)])
        }
      }
      #expect(error?.commitError?.sqlState == .inFailedSQLTransaction)
      let value5 = try await client.query(count)[0].int64(0)
      #expect(value5 == 0)
    }
  }

  @Test func `a read-only transaction refuses to write`() async throws {
    try await withTable { client in
      let error = await #expect(throws: PostgresError.self) {
        try await client.withTransaction(isolation: .repeatableRead, readOnly: true) { connection in
          _ = try await connection.query(insert, [.int64(1)])
        }
      }
      #expect(error?.kind == .server(.readOnlySQLTransaction))
    }
  }

  @Test func `a deferred constraint fails the commit, apart from the body`() async throws {
    try await withTestClient(prefix: "pg_transaction") { client in
      try await client.executeScript("CREATE TABLE t (id bigint UNIQUE DEFERRABLE INITIALLY DEFERRED)")
      let error = await #expect(throws: PostgresTransactionError.self) {
        try await client.withTransaction { connection in
          _ = try await connection.query(insert, [.int64(1)])
          _ = try await connection.query(insert, [.int64(1)])
        }
      }
      #expect(error?.commitError?.kind == .server(.uniqueViolation))
      #expect(error?.bodyError == nil)
    }
  }

  @Test func `a deadlock is a typed error, and the other transaction wins`() async throws {
    try await withTable { client in
      _ = try await client.queryAll([PostgresCall(insert, [.int64(1)]), PostgresCall(insert, [.int64(2)])])
      let lock = PostgresStatement("lock", "SELECT id FROM t WHERE id = $1 FOR UPDATE")
      let (arrived, arrive) = AsyncStream.makeStream(of: Void.self)
      let (released, release) = AsyncStream.makeStream(of: Void.self)
      let outcomes = await withTaskGroup(of: PostgresError?.self) { group in
        for (mine, other) in [(1, 2), (2, 1)] as [(Int64, Int64)] {
          group.addTask {
            do {
              try await client.withTransaction { connection in
                _ = try await connection.query(lock, [.int64(mine)])
                arrive.yield()
                if mine == 1 {
                  for await _ in released { break }
                }
                _ = try await connection.query(lock, [.int64(other)])
              }
              return nil
            } catch {
              return PostgresError.underlying(error)
            }
          }
        }
        // Both hold their first row; now each asks for the other's.
        var count = 0
        for await _ in arrived {
          count += 1
          if count == 2 { break }
        }
        release.finish()
        return await group.reduce(into: []) { $0.append($1) }
      }
      let failures = outcomes.compactMap { $0 }
      #expect(failures.count == 1)
      #expect(failures.first?.kind == .server(.deadlockDetected))
      #expect(failures.first?.isTransient == true)
    }
  }

  @Test func `several calls in one go take effect together or not at all`() async throws {
    try await withTable { client in
      let results = try await client.queryAll([PostgresCall(insert, [.int64(1)]), PostgresCall(count), PostgresCall(insert, [.int64(2)])])
      #expect(results.map(\.affectedRows) == [1, 1, 1])
      #expect(try results[1][0].int64(0) == 1)
      for late in [[PostgresValue.int64(1)], [.text("a\0")]] {
        await #expect(throws: PostgresError.self) {
          _ = try await client.queryAll([PostgresCall(insert, [.int64(3)]), PostgresCall(insert, late)])
        }
      }
      let value6 = try await client.query(count)[0].int64(0)
      #expect(value6 == 2)
    }
  }

  @Test func `queries of one borrower may run side by side`() async throws {
    try await withTable { client in
      let total = try await client.withTransaction { connection in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for id in 0..<100 as Range<Int64> { group.addTask { _ = try await connection.query(insert, [.int64(id)]) } }
          try await group.waitForAll()
        }
        return try await connection.query(count)[0].int64(0)
      }
      #expect(total == 100)
    }
  }
}
