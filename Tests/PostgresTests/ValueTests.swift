import FoundationEssentials
import Postgres
import PostgresTesting
import Testing

struct ValueTests {
  @Test func `numbers come back as they were sent`() async throws {
    try await withTestClient(prefix: "pg_value") { client in
      let row = try await client.query(
        .unprepared("SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11"),
        [
          .int16(.min), .int16(.max), .int32(.min), .int32(.max), .int64(.min), .int64(.max), .double(-1.5e300), .double(.infinity),
          .bool(true), .bool(false), .double(0.1),
        ])[0]
      #expect(try row.int16(0) == .min)
      #expect(try row.int16(1) == .max)
      #expect(try row.int32(2) == .min)
      #expect(try row.int32(3) == .max)
      #expect(try row.int64(4) == .min)
      #expect(try row.int64(5) == .max)
      #expect(try row.double(6) == -1.5e300)
      #expect(try row.double(7) == .infinity)
      #expect(try row.bool(8))
      #expect(try !row.bool(9))
      #expect(try row.double(10) == 0.1)
      #expect(try row.int64(0) == Int64(Int16.min))
    }
  }

  @Test func `texts, bytes, ids, times and JSON come back as they were sent`() async throws {
    try await withTestClient(prefix: "pg_value") { client in
      let text = "naïve 漢字 🛒 \" ' \\ \u{7F}\n\t$1 ; --"
      let bytes = (0...255).map { UInt8($0) }
      let id = UUID()
      let json = Array(#"{"a": [1, "é", null]}"#.utf8)
      let row = try await client.query(
        .unprepared("SELECT $1::text, $2, $3, $4, $5, $6::json, $7::jsonb, $8::text, $9, $10::varchar, $11::name"),
        [
          .text(text), .bytes(bytes), .uuid(id), .timestamp(microsecondsSinceUnixEpoch: 1_764_000_000_123_456),
          .date(daysSinceUnixEpoch: -1), .json(json), .json(json), .text(""), .bytes([]), .textBytes(Array("é".utf8)), .text("n"),
        ])[0]
      #expect(try row.string(0) == text)
      #expect(try row.bytes(1) == bytes)
      #expect(try row.withBytes(1) { Array($0) } == bytes)
      #expect(try row.uuid(2) == id)
      #expect(try row.string(2) == id.uuidString.lowercased())
      #expect(try row.timestamp(3) == 1_764_000_000_123_456)
      #expect(try row.date(4) == -1)
      #expect(try row.bytes(5) == json)
      #expect(try row.string(6) == #"{"a": [1, "é", null]}"#)
      #expect(try row.string(7) == "")
      #expect(try row.bytes(8) == [])
      #expect(!row.isNull(8))
      #expect(try row.string(9) == "é")
      #expect(try row.string(10) == "n")
    }
  }

  @Test(arguments: [
    "0", "0.00", "1", "-1", "12.50", "-0.05", "0.0001", "10000", "100000000.00000001", "99999999999999999999.999999", "0.00010000",
    "1234567",
    "-98765.4321",
  ])
  func `a numeric keeps every digit`(_ text: String) async throws {
    try await withTestClient(prefix: "pg_value") { client in
      let row = try await client.query(.unprepared("SELECT $1, $1::text"), [.numericText(text)])[0]
      #expect(try row.string(0) == text)
      #expect(try row.string(1) == text)
    }
  }

  @Test func `nulls come back as nil, and throw where none is expected`() async throws {
    try await withTestClient(prefix: "pg_value") { client in
      let statement = PostgresStatement(
        "nulls", "SELECT $1::bigint, $2::text, $3::uuid, $4::timestamptz, $5::boolean, $6::bytea, $7::float8, $8::date")
      let row = try await client.query(statement, [PostgresValue](repeating: .null, count: 8))[0]
      #expect(try row.optionalInt64(0) == nil)
      #expect(try row.optionalString(1) == nil)
      #expect(try row.optionalUUID(2) == nil)
      #expect(try row.optionalTimestamp(3) == nil)
      #expect(try row.optionalBool(4) == nil)
      #expect(row.optionalBytes(5) == nil)
      #expect(try row.optionalDouble(6) == nil)
      #expect(try row.optionalDate(7) == nil)
      #expect((0..<8).allSatisfy { row.isNull($0) })
      let error = #expect(throws: PostgresError.self) { _ = try row.int64(0) }
      #expect(error?.kind == .decoding)
    }
  }

  @Test func `a statement first called with null takes values later`() async throws {
    try await withTestClient(prefix: "pg_value", { $0.connections = 1 }) { client in
      try await client.executeScript("CREATE TABLE t (id int, size smallint, name text)")
      let insert = PostgresStatement("insert", "INSERT INTO t VALUES ($1, $2, $3)")
      _ = try await client.query(insert, [.null, .null, .null])
      _ = try await client.query(insert, [.int64(1), .int32(2), .text("x")])
      _ = try await client.query(insert, [.int64(2), .null, .null])
      _ = try await client.query(insert, [.null, .int32(3), .text("y")])
      let rows = try await client.query(.unprepared("SELECT id, size, name FROM t ORDER BY id NULLS LAST, size NULLS LAST"))
      #expect(try rows.map { try $0.optionalInt32(0) } == [1, 2, nil, nil])
      #expect(try rows.map { try $0.optionalInt16(1) } == [2, nil, 3, nil])
      #expect(try rows.map { try $0.optionalString(2) } == ["x", nil, "y", nil])
    }
  }

  @Test func `arrays come back as they were sent, empty ones too`() async throws {
    try await withTestClient(prefix: "pg_value") { client in
      let ids = [UUID(), UUID()]
      let statement = PostgresStatement("arrays", "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10")
      let row = try await client.query(
        statement,
        [
          .int64Array([.min, 0, .max]), .int32Array([1, -1]), .int16Array([7]), .boolArray([true, false]),
          .textArray(["a", "", "NULL", "{\"}", "é"]), .bytesArray([[0, 255], []]), .jsonArray([Array("{}".utf8), Array("[1]".utf8)]),
          .uuidArray(ids), .timestampArray([0, 1]), .doubleArray([0.5]),
        ])[0]
      #expect(try row.int64Array(0) == [.min, 0, .max])
      #expect(try row.int32Array(1) == [1, -1])
      #expect(try row.int16Array(2) == [7])
      #expect(try row.boolArray(3) == [true, false])
      #expect(try row.stringArray(4) == ["a", "", "NULL", "{\"}", "é"])
      #expect(try row.bytesArray(5) == [[0, 255], []])
      #expect(try row.stringArray(6) == ["{}", "[1]"])
      #expect(try row.uuidArray(7) == ids)
      #expect(try row.timestampArray(8) == [0, 1])
      #expect(try row.doubleArray(9) == [0.5])
      let empty = try await client.query(
        statement,
        [
          .int64Array([]), .int32Array([]), .int16Array([]), .boolArray([]), .textArray([]), .bytesArray([]), .jsonArray([]),
          .uuidArray([]),
          .timestampArray([]), .doubleArray([]),
        ])[0]
      #expect(try empty.int64Array(0).isEmpty)
      #expect(try empty.stringArray(4).isEmpty)
      #expect(try empty.uuidArray(7).isEmpty)
      let mixed = try await client.query(
        .unprepared("SELECT $1, $2, $3, cardinality($4), cardinality($5), cardinality($6), cardinality($7)"),
        [
          .optionalTextArray(["a", nil, ""]), .optionalBytesArray([nil, [1]]), .optionalInt64Array([nil, 5]),
          .optionalUUIDArray([nil, ids[0]]),
          .optionalTimestampArray([nil]), .optionalBoolArray([nil, true]), .optionalJSONArray([nil]),
        ])[0]
      #expect(try mixed.optionalStringArray(0) == ["a", nil, ""])
      #expect(try mixed.optionalBytesArray(1) == [nil, [1]])
      #expect(try mixed.optionalInt64Array(2) == [nil, 5])
      #expect(try (3...6).map { try mixed.int32($0) } == [2, 1, 2, 1])
      #expect(throws: PostgresError.self) { _ = try mixed.stringArray(0) }
    }
  }

  @Test func `a text with U+0000 is refused before it is sent`() async throws {
    try await withTestClient(prefix: "pg_value") { client in
      let error = await #expect(throws: PostgresError.self) {
        _ = try await client.query(.unprepared("SELECT $1::text"), [.text("a\0b")])
      }
      #expect(error?.kind == .invalidParameter)
      let value1 = try await client.query(.unprepared("SELECT $1::text"), [.text("ab")])[0].string(0)
      #expect(value1 == "ab")
    }
  }

  @Test func `a column of another type is a decoding error`() async throws {
    try await withTestClient(prefix: "pg_value") { client in
      let row = try await client.query(.unprepared("SELECT 'x'::text, 1::bigint, 100000::int, 'infinity'::timestamptz"))[0]
      let reads: [() throws -> Void] = [
        { _ = try row.int64(0) }, { _ = try row.string(1) }, { _ = try row.int16(2) }, { _ = try row.timestamp(3) },
      ]
      for read in reads {
        let error = #expect(throws: PostgresError.self) { try read() }
        #expect(error?.kind == .decoding)
      }
    }
  }
}
