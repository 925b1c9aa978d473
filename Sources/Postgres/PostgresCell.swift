import CLibPQ

/// The values of one row where libpq keeps them, for readers that copy each once, into their own form.
public struct PostgresCells: ~Copyable {
  private let row: PostgresRow

  init(_ row: PostgresRow) { self.row = row }

  /// The value of a column, counted from 0; nil for null.
  @inline(__always)
  public subscript(column: Int) -> PostgresCell? {
    row.field(column).map { PostgresCell(field: $0) }
  }
}

extension PostgresRow {
  /// Lends the row's values without a copy. They are good during the call.
  public func withCells<R>(_ body: (borrowing PostgresCells) throws -> R) rethrows -> R {
    try withExtendedLifetime(result) { try body(PostgresCells(self)) }
  }
}

/// One value in the server's binary form; valid inside the `withCells` that lent it.
///
/// Each accessor throws `.decoding` when the value is of another type.
public struct PostgresCell {
  let field: Field

  /// An integer of any width.
  public func int64() throws(PostgresError) -> Int64 {
    switch (field.type, field.bytes.count) {
    case (TypeID.int8, 8): return field.bytes.bigEndian(at: 0, as: Int64.self)
    case (TypeID.int4, 4): return Int64(field.bytes.bigEndian(at: 0, as: Int32.self))
    case (TypeID.int2, 2): return Int64(field.bytes.bigEndian(at: 0, as: Int16.self))
    default: throw mismatch("an integer")
    }
  }

  /// `boolean`
  public func bool() throws(PostgresError) -> Bool {
    guard field.type == TypeID.bool, field.bytes.count == 1 else { throw mismatch("a boolean") }
    return field.bytes[0] != 0
  }

  /// `timestamp with time zone` in microseconds since 1970-01-01 00:00 UTC. Infinite times throw.
  public func timestamp() throws(PostgresError) -> Int64 {
    guard field.type == TypeID.timestamptz, field.bytes.count == 8 else { throw mismatch("a time") }
    let value = field.bytes.bigEndian(at: 0, as: Int64.self)
    let (shifted, overflow) = value.addingReportingOverflow(postgresEpochMicroseconds)
    if overflow || value == .min { throw mismatch("a finite time") }
    return shifted
  }

  /// The UTF-8 bytes of a `text` or `varchar`.
  public func text() throws(PostgresError) -> UnsafeRawBufferPointer {
    guard field.type == TypeID.text || field.type == TypeID.varchar else { throw mismatch("a text") }
    return field.bytes
  }

  /// The text of a `json` or `jsonb`.
  public func json() throws(PostgresError) -> UnsafeRawBufferPointer {
    guard field.type == TypeID.json || field.type == TypeID.jsonb else { throw mismatch("JSON") }
    return field.text
  }

  /// Appends a `numeric` in decimal notation, with as many digits after the point as its scale says.
  public func appendDecimal(to bytes: inout [UInt8]) throws(PostgresError) {
    guard field.type == TypeID.numeric, Postgres.appendDecimal(field.bytes, to: &bytes) else { throw mismatch("a number") }
  }

  /// The values of a row value, in their order.
  public func record() throws(PostgresError) -> PostgresRecordReader {
    guard field.type == TypeID.record, field.bytes.count >= 4 else { throw mismatch("a row") }
    return PostgresRecordReader(field.bytes)
  }

  /// The elements of an array of row values, in their order.
  public func records() throws(PostgresError) -> PostgresArrayReader {
    guard field.type == TypeID.recordArray, let reader = PostgresArrayReader(field.bytes) else { throw mismatch("an array of rows") }
    return reader
  }

  private func mismatch(_ wanted: String) -> PostgresError {
    PostgresError(.decoding, "a value of type number \(field.type) is not \(wanted)")
  }
}

/// Reads the values of a row value one after the other (`record_send` in the server's rowtypes.c: the count, then for each its type,
/// its length, −1 for null, and its bytes).
public struct PostgresRecordReader {
  private let bytes: UnsafeRawBufferPointer
  private var offset = 4
  private var left: Int32

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    left = bytes.bigEndian(at: 0, as: Int32.self)
  }

  /// The next value, nil for null. Throws `.decoding` past the last one.
  public mutating func next() throws(PostgresError) -> PostgresCell? {
    guard left > 0, offset + 8 <= bytes.count else { throw PostgresError(.decoding, "a row value has fewer columns than are read") }
    left -= 1
    let type = bytes.bigEndian(at: offset, as: UInt32.self)
    let length = Int(bytes.bigEndian(at: offset + 4, as: Int32.self))
    offset += 8
    if length < 0 { return nil }
    guard offset + length <= bytes.count else { throw PostgresError(.decoding, "a row value ends early") }
    defer { offset += length }
    return PostgresCell(field: Field(type: type, bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)])))
  }
}

/// Reads the elements of a one-dimensional array one after the other (`array_send` in the server's arrayfuncs.c).
public struct PostgresArrayReader {
  private let bytes: UnsafeRawBufferPointer
  private let element: UInt32
  private var offset = 20
  private var left: Int32

  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 12 else { return nil }
    self.bytes = bytes
    element = bytes.bigEndian(at: 8, as: UInt32.self)
    switch bytes.bigEndian(at: 0, as: Int32.self) {
    case 0: left = 0
    case 1 where bytes.count >= 20: left = bytes.bigEndian(at: 12, as: Int32.self)
    default: return nil
    }
  }

  /// The next element; nil after the last one. A null element throws `.decoding`.
  public mutating func next() throws(PostgresError) -> PostgresCell? {
    guard left > 0 else { return nil }
    left -= 1
    guard offset + 4 <= bytes.count else { throw PostgresError(.decoding, "an array ends early") }
    let length = Int(bytes.bigEndian(at: offset, as: Int32.self))
    offset += 4
    guard length >= 0, offset + length <= bytes.count else { throw PostgresError(.decoding, "an array holds null or ends early") }
    defer { offset += length }
    return PostgresCell(field: Field(type: element, bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)])))
  }
}
