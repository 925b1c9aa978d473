import FoundationEssentials
import Postgres
import PostgresTesting
import Testing

struct CopyTests {
  struct Stop: Error {}
  static let rows = 100_000

  @Test func `a hundred thousand rows go in and come out in binary form`() async throws {
    try await withTestClient(prefix: "pg_copy") { client in
      try await client.executeScript(
        """
        CREATE TABLE t (id bigint, size int, small smallint, name text, data bytea, done boolean, at timestamptz, day date,
          price numeric(12,2), info jsonb, tag uuid, share float8, parts bigint[])
        """)
      let tag = UUID()
      let loaded = try await client.withConnection { connection in
        try await connection.copyIn(into: "COPY t FROM STDIN (FORMAT binary)") { rows in
          for number in 0..<Self.rows {
            try await rows.beginRow(columns: 13)
            rows.append(Int64(number))
            rows.append(Int32(number))
            rows.append(number % 2 == 0 ? Int16(7) : nil)
            rows.append(text: "naïve \(number)")
            rows.append(bytes: [0, 1, 255])
            rows.append(number % 2 == 0)
            try rows.append(timestamp: Int64(number))
            rows.append(date: 20_000)
            try rows.append(numeric: "-\(number).05")
            rows.append(jsonb: Array("{\"n\":\(number)}".utf8))
            rows.append(tag)
            rows.append(0.5)
            try rows.append(.int64Array([1, 2]))
          }
        }
      }
      #expect(loaded == Self.rows)
      let row = try await client.query(
        .unprepared(
          """
          SELECT count(*), sum(id)::bigint, count(small), sum(price), max(at), count(*) FILTER (
            WHERE name = 'naïve ' || id AND data = '\\x0001ff' AND (info->>'n')::int = id AND size = id AND tag = $1 AND share = 0.5
              AND parts = '{1,2}' AND done = (id % 2 = 0) AND day = '2024-10-04')
          FROM t
          """), [.uuid(tag)])[0]
      #expect(try row.int64(0) == Int64(Self.rows))
      #expect(try row.int64(1) == 4_999_950_000)
      #expect(try row.int64(2) == 50_000)
      #expect(try row.string(3) == "-4999955000.00")
      #expect(try row.timestamp(4) == 99_999)
      #expect(try row.int64(5) == Int64(Self.rows))

      let (bytes, messages) = try await client.withConnection { connection in
        var bytes = 0
        var messages = 0
        try await connection.copyOut("COPY t TO STDOUT (FORMAT binary)") { row in
          bytes += row.count
          messages += 1
        }
        // The connection is good for queries again.
        let value1 = try await connection.query(.unprepared("SELECT 1"))[0].int32(0)
        #expect(value1 == 1)
        return (bytes, messages)
      }
      // The header comes with the first row; the trailer by itself.
      #expect(messages == Self.rows + 1)
      #expect(bytes > Self.rows * 100)
    }
  }

  @Test func `text form goes both ways in chunks`() async throws {
    try await withTestClient(prefix: "pg_copy") { client in
      try await client.executeScript("CREATE TABLE t (id int, name text)")
      try await client.withConnection { connection in
        let loaded = try await connection.copyIn(into: "COPY t FROM STDIN") { rows in
          for number in 0..<Self.rows { try await rows.write("\(number)\tnaïve\n".utf8) }
        }
        #expect(loaded == Self.rows)
        var lines = 0
        try await connection.copyOutChunks("COPY (SELECT * FROM t ORDER BY id) TO STDOUT") { chunk in
          lines += chunk.count { $0 == 10 }
        }
        #expect(lines == Self.rows)
      }
    }
  }

  @Test func `what the writer throws takes the COPY back`() async throws {
    try await withTestClient(prefix: "pg_copy") { client in
      try await client.executeScript("CREATE TABLE t (id int)")
      try await client.withConnection { connection in
        await #expect(throws: Stop.self) {
          try await connection.copyIn(into: "COPY t FROM STDIN") { rows in
            for number in 0..<Self.rows { try await rows.write("\(number)\n".utf8) }
            throw Stop()
          }
        }
        let value2 = try await connection.query(.unprepared("SELECT count(*) FROM t"))[0].int64(0)
        #expect(value2 == 0)
      }
    }
  }

  @Test func `a row the server refuses is a typed error`() async throws {
    try await withTestClient(prefix: "pg_copy") { client in
      try await client.executeScript("CREATE TABLE t (id int)")
      try await client.withConnection { connection in
        let error = await #expect(throws: PostgresError.self) {
          try await connection.copyIn(into: "COPY t FROM STDIN") { rows in
            try await rows.write("1\nx\n".utf8)
          }
        }
        #expect(error?.kind == .server(.invalidTextRepresentation))
        let value3 = try await connection.query(.unprepared("SELECT count(*) FROM t"))[0].int64(0)
        #expect(value3 == 0)
      }
    }
  }

  @Test func `a reader that stops early leaves a usable connection`() async throws {
    try await withTestClient(prefix: "pg_copy") { client in
      try await client.withConnection { connection in
        await #expect(throws: Stop.self) {
          try await connection.copyOut("COPY (SELECT repeat('x', 1000) FROM generate_series(1, 100000)) TO STDOUT") { _ in throw Stop() }
        }
        let value4 = try await connection.query(.unprepared("SELECT 1"))[0].int32(0)
        #expect(value4 == 1)
      }
    }
  }

  @Test func `what is no COPY, or one where none belongs, is refused`() async throws {
    try await withTestClient(prefix: "pg_copy") { client in
      try await client.executeScript("CREATE TABLE t (id int)")
      try await client.withConnection { connection in
        await #expect(throws: PostgresError.self) { try await connection.copyIn(into: "SELECT 1") { _ in } }
        await #expect(throws: PostgresError.self) { try await connection.copyIn(into: "COPY nothing FROM STDIN") { _ in } }
        await #expect(throws: PostgresError.self) { try await connection.copyIn(into: "COPY t TO STDOUT") { _ in } }
        await #expect(throws: PostgresError.self) { try await connection.copyOut("COPY t FROM STDIN") { _ in } }
        await #expect(throws: PostgresError.self) { try await connection.executeScript("COPY t FROM STDIN") }
        await #expect(throws: PostgresError.self) { try await connection.executeScript("COPY t TO STDOUT") }
        let value5 = try await connection.query(.unprepared("SELECT 1"))[0].int32(0)
        #expect(value5 == 1)
      }
    }
  }
}
