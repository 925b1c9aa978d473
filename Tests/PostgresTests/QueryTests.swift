import Postgres
import PostgresTesting
import Testing

struct QueryTests {
  @Test func `a statement answers with its row`() async throws {
    try await withTestClient(prefix: "pg_query") { client in
      let statement = PostgresStatement("add", "SELECT $1 + $2, 'é' || $3")
      for number in 0..<3 as Range<Int64> {
        let result = try await client.query(statement, [.int64(number), .int64(2), .text("x")])
        #expect(result.count == 1)
        #expect(try result[0].int64(0) == number + 2)
        #expect(try result[0].string(1) == "éx")
      }
    }
  }

  @Test func `text that looks like SQL stays data`() async throws {
    try await withTestClient(prefix: "pg_query") { client in
      try await client.executeScript("CREATE TABLE t (name text)")
      let evil = "'); DROP TABLE t; --"
      _ = try await client.query(PostgresStatement("insert", "INSERT INTO t VALUES ($1)"), [.text(evil)])
      let result = try await client.query(.unprepared("SELECT name FROM t WHERE name = $1"), [.text(evil)])
      #expect(try result[0].string(0) == evil)
    }
  }

  @Test func `a neighbour's error in the pipeline touches nobody else`() async throws {
    try await withTestClient(prefix: "pg_query", { $0.connections = 1 }) { client in
      let divide = PostgresStatement("divide", "SELECT 100 / $1")
      let failures = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<300 as Range<Int32> {
          group.addTask {
            let divisor = number % 3
            do {
              let result = try await client.query(divide, [.int32(divisor)])
              #expect(try result[0].int32(0) == 100 / divisor)
              return false
            } catch let error as PostgresError {
              #expect(error.kind == .server(.divisionByZero))
              #expect(error.statementName == "divide")
              #expect(divisor == 0)
              return true
            }
          }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(failures == 100)
    }
  }

  @Test func `a thousand requests at once are all answered`() async throws {
    try await withTestClient(prefix: "pg_query") { client in
      let echo = PostgresStatement("echo", "SELECT $1")
      let sum = try await withThrowingTaskGroup(of: Int64.self) { group in
        for number in 0..<1000 as Range<Int64> {
          group.addTask { try await client.query(echo, [.int64(number)])[0].int64(0) }
        }
        return try await group.reduce(0, +)
      }
      #expect(sum == 499_500)
      #expect(client.metrics.connectionsOpen == 2)
      #expect(client.metrics.queries == 1000)
      #expect(client.metrics.waiting == 0)
      #expect(client.metrics.inFlight == 0)
    }
  }
}
