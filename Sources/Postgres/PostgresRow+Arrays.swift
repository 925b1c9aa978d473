import CLibPQ
public import FoundationEssentials

extension PostgresRow {
  /// `bigint[]` or of narrower integers; a null element throws
  public func int64Array(_ column: Int) throws(PostgresError) -> [Int64] {
    try elements(column).strict(self, column) { field in
      switch (field.type, field.bytes.count) {
      case (TypeID.int8, 8): field.bytes.bigEndian(at: 0, as: Int64.self)
      case (TypeID.int4, 4): Int64(field.bytes.bigEndian(at: 0, as: Int32.self))
      case (TypeID.int2, 2): Int64(field.bytes.bigEndian(at: 0, as: Int16.self))
      default: nil
      }
    }
  }

  /// `integer[]`; a null element throws
  public func int32Array(_ column: Int) throws(PostgresError) -> [Int32] {
    try elements(column).strict(self, column) { field in
      field.type == TypeID.int4 && field.bytes.count == 4 ? field.bytes.bigEndian(at: 0, as: Int32.self) : nil
    }
  }

  /// `smallint[]`; a null element throws
  public func int16Array(_ column: Int) throws(PostgresError) -> [Int16] {
    try elements(column).strict(self, column) { field in
      field.type == TypeID.int2 && field.bytes.count == 2 ? field.bytes.bigEndian(at: 0, as: Int16.self) : nil
    }
  }

  /// `boolean[]`; a null element throws
  public func boolArray(_ column: Int) throws(PostgresError) -> [Bool] {
    try elements(column).strict(self, column) { field in
      field.type == TypeID.bool && field.bytes.count == 1 ? field.bytes[0] != 0 : nil
    }
  }

  /// `double precision[]`; a null element throws
  public func doubleArray(_ column: Int) throws(PostgresError) -> [Double] {
    try elements(column).strict(self, column) { field in
      field.type == TypeID.float8 && field.bytes.count == 8 ? Double(bitPattern: field.bytes.bigEndian(at: 0, as: UInt64.self)) : nil
    }
  }

  /// `text[]`, `json[]` and their like; a null element throws
  public func stringArray(_ column: Int) throws(PostgresError) -> [String] {
    try elements(column).strict(self, column) { String(decoding: $0.text, as: UTF8.self) }
  }

  /// As ``stringArray(_:)``, with nil for null elements
  public func optionalStringArray(_ column: Int) throws(PostgresError) -> [String?] {
    try elements(column).map { $0.map { String(decoding: $0.text, as: UTF8.self) } }
  }

  /// `bytea[]`, or texts in UTF-8; a null element throws
  public func bytesArray(_ column: Int) throws(PostgresError) -> [[UInt8]] {
    try elements(column).strict(self, column) { [UInt8]($0.text) }
  }

  /// As ``bytesArray(_:)``, with nil for null elements
  public func optionalBytesArray(_ column: Int) throws(PostgresError) -> [[UInt8]?] {
    try elements(column).map { $0.map { [UInt8]($0.text) } }
  }

  /// `bigint[]`, with nil for null elements
  public func optionalInt64Array(_ column: Int) throws(PostgresError) -> [Int64?] {
    var values: [Int64?] = []
    for element in try elements(column) {
      guard let element else {
        values.append(nil)
        continue
      }
      guard element.type == TypeID.int8, element.bytes.count == 8 else { throw mismatch(column, "an array of bigint") }
      values.append(element.bytes.bigEndian(at: 0, as: Int64.self))
    }
    return values
  }

  /// `uuid[]`; a null element throws
  public func uuidArray(_ column: Int) throws(PostgresError) -> [UUID] {
    try elements(column).strict(self, column) { $0.type == TypeID.uuid ? $0.bytes.uuid : nil }
  }

  /// `timestamp with time zone[]` in microseconds since 1970-01-01 00:00 UTC; a null element throws
  public func timestampArray(_ column: Int) throws(PostgresError) -> [Int64] {
    try elements(column).strict(self, column) { field in
      guard field.type == TypeID.timestamptz || field.type == TypeID.timestamp, field.bytes.count == 8 else { return nil }
      let (value, overflow) = field.bytes.bigEndian(at: 0, as: Int64.self).addingReportingOverflow(postgresEpochMicroseconds)
      return overflow ? nil : value
    }
  }

  /// Takes an array of at most one dimension apart (`array_send` in the server's arrayfuncs.c). A null array throws.
  private func elements(_ column: Int) throws(PostgresError) -> [Field?] {
    guard let bytes = field(column)?.bytes else { throw null(column) }
    guard bytes.count >= 12 else { throw mismatch(column, "an array") }
    let dimensions = bytes.bigEndian(at: 0, as: Int32.self)
    let element = bytes.bigEndian(at: 8, as: UInt32.self)
    if dimensions == 0 { return [] }
    guard dimensions == 1, bytes.count >= 20 else { throw mismatch(column, "an array of one dimension") }
    let count = Int(bytes.bigEndian(at: 12, as: Int32.self))
    guard count >= 0, count <= bytes.count / 4 else { throw mismatch(column, "an array") }
    var fields: [Field?] = []
    fields.reserveCapacity(count)
    var offset = 20
    for _ in 0..<count {
      guard offset + 4 <= bytes.count else { throw mismatch(column, "an array") }
      let length = Int(bytes.bigEndian(at: offset, as: Int32.self))
      offset += 4
      if length < 0 {
        fields.append(nil)
        continue
      }
      guard offset + length <= bytes.count else { throw mismatch(column, "an array") }
      fields.append(Field(type: element, bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)])))
      offset += length
    }
    return fields
  }
}

extension [Field?] {
  /// Converts each element; null, or one that does not convert, throws.
  fileprivate func strict<T>(_ row: PostgresRow, _ column: Int, _ convert: (Field) -> T?) throws(PostgresError) -> [T] {
    var values: [T] = []
    values.reserveCapacity(count)
    for element in self {
      guard let element else { throw PostgresError(.decoding, "column \(column) holds an array with null") }
      guard let value = convert(element) else { throw row.mismatch(column, "an array of \(T.self)") }
      values.append(value)
    }
    return values
  }
}
