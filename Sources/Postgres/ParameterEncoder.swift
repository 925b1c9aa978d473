import FoundationEssentials

/// Writes the values of one statement the way libpq takes them: type numbers, lengths, formats and one buffer of bytes.
///
/// A connection keeps one and uses it again for each statement, so that sending allocates nothing once it has grown.
struct ParameterEncoder: ~Copyable {
  private(set) var types: [UInt32] = []
  private(set) var lengths: [Int32] = []
  private(set) var formats: [Int32] = []
  private var offsets: [Int] = []
  private var buffer: [UInt8] = []
  private var pointers: [UnsafePointer<CChar>?] = []

  /// Past this size the buffer is given back after use, so that one large batch does not stay in memory for good.
  static let keptBytes = 1 << 20

  /// Replaces what was encoded before.
  mutating func encode(_ values: [PostgresValue]) throws(PostgresError) {
    types.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    formats.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptBytes)
    for value in values { try encode(value) }
    // An empty value still needs an address that is not null, for null is SQL's null.
    buffer.append(0)
  }

  /// Calls `body` with the arrays libpq takes; the addresses are good during the call.
  mutating func withArguments<R>(
    _ body: (
      _ count: Int32, _ types: UnsafePointer<UInt32>?, _ values: UnsafePointer<UnsafePointer<CChar>?>?,
      _ lengths: UnsafePointer<Int32>?, _ formats: UnsafePointer<Int32>?
    ) -> R
  ) -> R {
    pointers.removeAll(keepingCapacity: true)
    return buffer.withUnsafeBytes { bytes in
      let base = bytes.baseAddress!.assumingMemoryBound(to: CChar.self)
      for offset in offsets { pointers.append(offset < 0 ? nil : base + offset) }
      return types.withUnsafeBufferPointer { types in
        pointers.withUnsafeBufferPointer { pointers in
          lengths.withUnsafeBufferPointer { lengths in
            formats.withUnsafeBufferPointer { formats in
              body(Int32(pointers.count), types.baseAddress, pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
            }
          }
        }
      }
    }
  }

  /// The bytes of the only value that was encoded.
  func appendBytes(to other: inout [UInt8]) {
    precondition(offsets.count == 1 && offsets[0] >= 0, "one value that is not null")
    other.append(contentsOf: buffer[offsets[0]..<(offsets[0] + Int(lengths[0]))])
  }

  private mutating func encode(_ value: PostgresValue) throws(PostgresError) {
    let start = buffer.count
    switch value {
    case .null:
      add(type: TypeID.unspecified, offset: -1, format: 1)
    case .bool(let value):
      buffer.append(value ? 1 : 0)
      addBinary(TypeID.bool, from: start)
    case .int16(let value):
      buffer.appendBigEndian(value)
      addBinary(TypeID.int2, from: start)
    case .int32(let value):
      buffer.appendBigEndian(value)
      addBinary(TypeID.int4, from: start)
    case .int64(let value):
      buffer.appendBigEndian(value)
      addBinary(TypeID.int8, from: start)
    case .double(let value):
      buffer.appendBigEndian(value.bitPattern)
      addBinary(TypeID.float8, from: start)
    case .text(let value):
      buffer.append(contentsOf: value.utf8)
      try addText(TypeID.unspecified, from: start)
    case .textBytes(let value), .json(let value):
      buffer.append(contentsOf: value)
      try addText(TypeID.unspecified, from: start)
    case .numericText(let value):
      buffer.append(contentsOf: value.utf8)
      try addText(TypeID.numeric, from: start)
    case .bytes(let value):
      buffer.append(contentsOf: value)
      addBinary(TypeID.bytea, from: start)
    case .uuid(let value):
      buffer.append(value)
      addBinary(TypeID.uuid, from: start)
    case .timestamp(let value):
      buffer.appendBigEndian(try Self.postgresTime(value))
      addBinary(TypeID.timestamptz, from: start)
    case .date(let value):
      buffer.appendBigEndian(value &- postgresEpochDays)
      addBinary(TypeID.date, from: start)
    default:
      try encodeArray(value)
    }
  }

  private mutating func encodeArray(_ value: PostgresValue) throws(PostgresError) {
    switch value {
    case .boolArray(let values):
      array(TypeID.boolArray, TypeID.bool, values) { $0.append($1 ? 1 : 0) }
    case .int16Array(let values):
      array(TypeID.int2Array, TypeID.int2, values) { $0.appendBigEndian($1) }
    case .int32Array(let values):
      array(TypeID.int4Array, TypeID.int4, values) { $0.appendBigEndian($1) }
    case .int64Array(let values):
      array(TypeID.int8Array, TypeID.int8, values) { $0.appendBigEndian($1) }
    case .doubleArray(let values):
      array(TypeID.float8Array, TypeID.float8, values) { $0.appendBigEndian($1.bitPattern) }
    case .textArray(let values):
      array(TypeID.textArray, TypeID.text, values) { $0.append(contentsOf: $1.utf8) }
    case .textBytesArray(let values):
      array(TypeID.textArray, TypeID.text, values) { $0.append(contentsOf: $1) }
    case .bytesArray(let values):
      array(TypeID.byteaArray, TypeID.bytea, values) { $0.append(contentsOf: $1) }
    case .uuidArray(let values):
      array(TypeID.uuidArray, TypeID.uuid, values) { $0.append($1) }
    case .timestampArray(let values):
      for value in values { _ = try Self.postgresTime(value) }
      array(TypeID.timestamptzArray, TypeID.timestamptz, values) { $0.appendBigEndian($1 &- postgresEpochMicroseconds) }
    case .jsonArray(let values):
      array(TypeID.jsonArray, TypeID.json, values) { $0.append(contentsOf: $1) }
    case .optionalBoolArray(let values):
      optionalArray(TypeID.boolArray, TypeID.bool, values) { $0.append($1 ? 1 : 0) }
    case .optionalInt16Array(let values):
      optionalArray(TypeID.int2Array, TypeID.int2, values) { $0.appendBigEndian($1) }
    case .optionalInt32Array(let values):
      optionalArray(TypeID.int4Array, TypeID.int4, values) { $0.appendBigEndian($1) }
    case .optionalInt64Array(let values):
      optionalArray(TypeID.int8Array, TypeID.int8, values) { $0.appendBigEndian($1) }
    case .optionalDoubleArray(let values):
      optionalArray(TypeID.float8Array, TypeID.float8, values) { $0.appendBigEndian($1.bitPattern) }
    case .optionalTextArray(let values):
      optionalArray(TypeID.textArray, TypeID.text, values) { $0.append(contentsOf: $1.utf8) }
    case .optionalBytesArray(let values):
      optionalArray(TypeID.byteaArray, TypeID.bytea, values) { $0.append(contentsOf: $1) }
    case .optionalUUIDArray(let values):
      optionalArray(TypeID.uuidArray, TypeID.uuid, values) { $0.append($1) }
    case .optionalTimestampArray(let values):
      for case .some(let value) in values { _ = try Self.postgresTime(value) }
      optionalArray(TypeID.timestamptzArray, TypeID.timestamptz, values) { $0.appendBigEndian($1 &- postgresEpochMicroseconds) }
    case .optionalJSONArray(let values):
      optionalArray(TypeID.jsonArray, TypeID.json, values) { $0.append(contentsOf: $1) }
    default:
      preconditionFailure("every case that is no array is encoded by encode(_:)")
    }
  }

  private mutating func add(type: UInt32, offset: Int, format: Int32) {
    types.append(type)
    offsets.append(offset)
    lengths.append(offset < 0 ? 0 : Int32(buffer.count - offset))
    formats.append(format)
  }

  private mutating func addBinary(_ type: UInt32, from start: Int) { add(type: type, offset: start, format: 1) }

  /// libpq takes a text up to its first zero byte: one inside would cut the value short without a word, so it is refused here.
  private mutating func addText(_ type: UInt32, from start: Int) throws(PostgresError) {
    if buffer[start...].contains(0) {
      throw PostgresError(.invalidParameter, "parameter $\(types.count + 1) holds U+0000, which no PostgreSQL text can")
    }
    add(type: type, offset: start, format: 0)
    buffer.append(0)
  }

  /// Array header: dimensions, a flag for nulls, element type, then length and lower bound of the only dimension.
  /// An empty array has no dimension (`array_recv` in the server's arrayfuncs.c).
  private mutating func header(_ element: UInt32, count: Int, nulls: Bool) {
    buffer.appendBigEndian(Int32(count == 0 ? 0 : 1))
    buffer.appendBigEndian(Int32(nulls ? 1 : 0))
    buffer.appendBigEndian(element)
    if count > 0 {
      buffer.appendBigEndian(Int32(count))
      buffer.appendBigEndian(Int32(1))
    }
  }

  private mutating func array<T>(_ type: UInt32, _ element: UInt32, _ values: [T], _ write: (inout [UInt8], T) -> Void) {
    let start = buffer.count
    header(element, count: values.count, nulls: false)
    for value in values { buffer.appendSized { write(&$0, value) } }
    addBinary(type, from: start)
  }

  private mutating func optionalArray<T>(
    _ type: UInt32, _ element: UInt32, _ values: [T?], _ write: (inout [UInt8], T) -> Void
  ) {
    let start = buffer.count
    header(element, count: values.count, nulls: values.contains { $0 == nil })
    for value in values {
      if let value { buffer.appendSized { write(&$0, value) } } else { buffer.appendBigEndian(Int32(-1)) }
    }
    addBinary(type, from: start)
  }

  static func postgresTime(_ microseconds: Int64) throws(PostgresError) -> Int64 {
    let (shifted, overflow) = microseconds.subtractingReportingOverflow(postgresEpochMicroseconds)
    // The two ends are the server's infinities.
    if overflow || shifted == .min { throw PostgresError(.invalidParameter, "the time is out of PostgreSQL's range") }
    return shifted
  }
}

extension [UInt8] {
  @inline(__always)
  mutating func appendBigEndian<T: FixedWidthInteger>(_ value: T) {
    Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
  }

  @inline(__always)
  mutating func append(_ value: UUID) {
    Swift.withUnsafeBytes(of: value.uuid) { append(contentsOf: $0) }
  }

  /// Writes a value after its length, a big-endian `Int32`.
  @inline(__always)
  mutating func appendSized(_ write: (inout [UInt8]) -> Void) {
    let place = count
    appendBigEndian(Int32(0))
    write(&self)
    let length = Int32(count - place - 4).bigEndian
    Swift.withUnsafeBytes(of: length) { bytes in
      for index in 0..<4 { self[place + index] = bytes[index] }
    }
  }
}
