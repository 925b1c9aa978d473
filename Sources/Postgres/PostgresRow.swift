import CLibPQ
public import FoundationEssentials

/// One row of a result. Columns are counted from 0; a column that is not there stops the process, for the SQL and the code that reads
/// it do not fit.
///
/// Each accessor throws `.decoding` when the column's type is another one, or when it is null and the accessor is not an optional one.
public struct PostgresRow: Sendable {
  let result: PostgresResult
  let row: Int32

  /// Whether the column is null.
  public func isNull(_ column: Int) -> Bool {
    check(column)
    return PQgetisnull(result.handle, row, Int32(column)) == 1
  }

  /// `smallint`
  public func int16(_ column: Int) throws(PostgresError) -> Int16 {
    guard let value = try optionalInt16(column) else { throw null(column) }
    return value
  }

  /// `smallint`, or nil for null
  public func optionalInt16(_ column: Int) throws(PostgresError) -> Int16? {
    guard let value = try optionalInt64(column) else { return nil }
    guard let narrow = Int16(exactly: value) else { throw mismatch(column, "Int16") }
    return narrow
  }

  /// `integer` or narrower
  public func int32(_ column: Int) throws(PostgresError) -> Int32 {
    guard let value = try optionalInt32(column) else { throw null(column) }
    return value
  }

  /// `integer` or narrower, or nil for null
  public func optionalInt32(_ column: Int) throws(PostgresError) -> Int32? {
    guard let value = try optionalInt64(column) else { return nil }
    guard let narrow = Int32(exactly: value) else { throw mismatch(column, "Int32") }
    return narrow
  }

  /// `bigint` or narrower; `oid`
  public func int64(_ column: Int) throws(PostgresError) -> Int64 {
    guard let value = try optionalInt64(column) else { throw null(column) }
    return value
  }

  /// `bigint` or narrower, or nil for null
  public func optionalInt64(_ column: Int) throws(PostgresError) -> Int64? {
    guard let field = field(column) else { return nil }
    switch (field.type, field.bytes.count) {
    case (TypeID.int8, 8): return field.bytes.bigEndian(at: 0, as: Int64.self)
    case (TypeID.int4, 4): return Int64(field.bytes.bigEndian(at: 0, as: Int32.self))
    case (TypeID.int2, 2): return Int64(field.bytes.bigEndian(at: 0, as: Int16.self))
    case (TypeID.oid, 4): return Int64(field.bytes.bigEndian(at: 0, as: UInt32.self))
    default: throw mismatch(column, "an integer")
    }
  }

  /// `boolean`
  public func bool(_ column: Int) throws(PostgresError) -> Bool {
    guard let value = try optionalBool(column) else { throw null(column) }
    return value
  }

  /// `boolean`, or nil for null
  public func optionalBool(_ column: Int) throws(PostgresError) -> Bool? {
    guard let field = field(column) else { return nil }
    guard field.type == TypeID.bool, field.bytes.count == 1 else { throw mismatch(column, "Bool") }
    return field.bytes[0] != 0
  }

  /// `double precision`, `real`
  public func double(_ column: Int) throws(PostgresError) -> Double {
    guard let value = try optionalDouble(column) else { throw null(column) }
    return value
  }

  /// `double precision` or `real`, or nil for null
  public func optionalDouble(_ column: Int) throws(PostgresError) -> Double? {
    guard let field = field(column) else { return nil }
    switch (field.type, field.bytes.count) {
    case (TypeID.float8, 8): return Double(bitPattern: field.bytes.bigEndian(at: 0, as: UInt64.self))
    case (TypeID.float4, 4): return Double(Float(bitPattern: field.bytes.bigEndian(at: 0, as: UInt32.self)))
    default: throw mismatch(column, "Double")
    }
  }

  /// A text of any sort (`text`, `varchar`, `name`, an enum, `json`, `jsonb`); also `uuid` (lower case) and `numeric` (decimal notation).
  public func string(_ column: Int) throws(PostgresError) -> String {
    guard let value = try optionalString(column) else { throw null(column) }
    return value
  }

  /// As ``string(_:)``, or nil for null
  public func optionalString(_ column: Int) throws(PostgresError) -> String? {
    guard let field = field(column) else { return nil }
    switch field.type {
    case TypeID.numeric:
      guard let text = decimalText(field.bytes) else { throw mismatch(column, "a number") }
      return text
    case TypeID.uuid:
      guard let id = field.bytes.uuid else { throw mismatch(column, "UUID") }
      return id.uuidString.lowercased()
    case TypeID.bool, TypeID.bytea, TypeID.int8, TypeID.int2, TypeID.int4, TypeID.oid, TypeID.float4, TypeID.float8, TypeID.date,
      TypeID.timestamp, TypeID.timestamptz:
      throw mismatch(column, "a text")
    default:
      return String(decoding: field.text, as: UTF8.self)
    }
  }

  /// The bytes of a `bytea`, or of a text or JSON in UTF-8
  public func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
    guard let field = field(column) else { throw null(column) }
    return [UInt8](field.text)
  }

  /// As ``bytes(_:)``, or nil for null
  public func optionalBytes(_ column: Int) -> [UInt8]? {
    field(column).map { [UInt8]($0.text) }
  }

  /// Lends the bytes of a `bytea`, a text or a JSON without a copy (for other types, their binary form). Null throws.
  /// The pointer is good during the call.
  public func withBytes<R>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
    guard let field = field(column) else { throw null(column) }
    return try withExtendedLifetime(result) { try body(field.text) }
  }

  /// `uuid`
  public func uuid(_ column: Int) throws(PostgresError) -> UUID {
    guard let value = try optionalUUID(column) else { throw null(column) }
    return value
  }

  /// `uuid`, or nil for null
  public func optionalUUID(_ column: Int) throws(PostgresError) -> UUID? {
    guard let field = field(column) else { return nil }
    guard field.type == TypeID.uuid, let value = field.bytes.uuid else { throw mismatch(column, "UUID") }
    return value
  }

  /// `timestamp with time zone` in microseconds since 1970-01-01 00:00 UTC; one without zone is read as UTC. Infinite times throw.
  public func timestamp(_ column: Int) throws(PostgresError) -> Int64 {
    guard let value = try optionalTimestamp(column) else { throw null(column) }
    return value
  }

  /// As ``timestamp(_:)``, or nil for null
  public func optionalTimestamp(_ column: Int) throws(PostgresError) -> Int64? {
    guard let field = field(column) else { return nil }
    guard field.type == TypeID.timestamptz || field.type == TypeID.timestamp, field.bytes.count == 8 else {
      throw mismatch(column, "a time")
    }
    let value = field.bytes.bigEndian(at: 0, as: Int64.self)
    let (shifted, overflow) = value.addingReportingOverflow(postgresEpochMicroseconds)
    if overflow || value == .min { throw mismatch(column, "a finite time") }
    return shifted
  }

  /// `date`, in days since 1970-01-01. Infinite dates throw.
  public func date(_ column: Int) throws(PostgresError) -> Int32 {
    guard let value = try optionalDate(column) else { throw null(column) }
    return value
  }

  /// As ``date(_:)``, or nil for null
  public func optionalDate(_ column: Int) throws(PostgresError) -> Int32? {
    guard let field = field(column) else { return nil }
    guard field.type == TypeID.date, field.bytes.count == 4 else { throw mismatch(column, "a date") }
    let value = field.bytes.bigEndian(at: 0, as: Int32.self)
    let (shifted, overflow) = value.addingReportingOverflow(postgresEpochDays)
    if overflow || value == .min { throw mismatch(column, "a finite date") }
    return shifted
  }
}

/// A value where libpq holds it; valid while the result lives.
struct Field {
  let type: UInt32
  let bytes: UnsafeRawBufferPointer

  /// The text in it: `jsonb` has a version byte before its text.
  var text: UnsafeRawBufferPointer {
    type == TypeID.jsonb && bytes.count > 0 ? UnsafeRawBufferPointer(rebasing: bytes[1...]) : bytes
  }
}

extension PostgresRow {
  @inline(__always)
  func check(_ column: Int) {
    precondition(column >= 0 && column < result.columnCount, "column index out of range")
  }

  /// nil for null.
  @inline(__always)
  func field(_ column: Int) -> Field? {
    check(column)
    let column = Int32(column)
    let length = Int(PQgetlength(result.handle, row, column))
    if length == 0 && PQgetisnull(result.handle, row, column) == 1 { return nil }
    return Field(
      type: PQftype(result.handle, column),
      bytes: UnsafeRawBufferPointer(start: PQgetvalue(result.handle, row, column), count: length))
  }

  func null(_ column: Int) -> PostgresError {
    PostgresError(.decoding, "column \(column) (\(result.columnName(column))) is null")
  }

  func mismatch(_ column: Int, _ wanted: String) -> PostgresError {
    PostgresError(
      .decoding, "column \(column) (\(result.columnName(column))) of type number \(PQftype(result.handle, Int32(column))) is not \(wanted)")
  }
}

extension UnsafeRawBufferPointer {
  @inline(__always)
  func bigEndian<T: FixedWidthInteger>(at offset: Int, as type: T.Type) -> T {
    T(bigEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  var uuid: UUID? {
    count == 16 ? UUID(uuid: loadUnaligned(as: uuid_t.self)) : nil
  }
}
