extension JSONObjectReader {
  /// A number written as an integer. `1.0` and `1e2` are wrong types: no writer of ours makes them.
  public mutating func int64(_ key: StaticString) throws(JSONError) -> Int64 {
    try int64(require(key), key)
  }

  /// A number written as an integer; nil when missing or null.
  public mutating func optionalInt64(_ key: StaticString) throws(JSONError) -> Int64? {
    guard let field = findValue(key) else { return nil }
    return try int64(field, key)
  }

  /// A number written as an integer.
  public mutating func int(_ key: StaticString) throws(JSONError) -> Int {
    Int(try int64(require(key), key))
  }

  /// A number written as an integer; nil when missing or null.
  public mutating func optionalInt(_ key: StaticString) throws(JSONError) -> Int? {
    guard let field = findValue(key) else { return nil }
    return Int(try int64(field, key))
  }

  /// `true` or `false`.
  public mutating func bool(_ key: StaticString) throws(JSONError) -> Bool {
    try bool(require(key), key)
  }

  /// `true` or `false`; nil when missing or null.
  public mutating func optionalBool(_ key: StaticString) throws(JSONError) -> Bool? {
    guard let field = findValue(key) else { return nil }
    return try bool(field, key)
  }

  /// Any number, to the nearest binary value; `outOfRange` when that is infinite. Never for money.
  public mutating func double(_ key: StaticString) throws(JSONError) -> Double {
    try double(require(key), key)
  }

  /// Any number; nil when missing or null.
  public mutating func optionalDouble(_ key: StaticString) throws(JSONError) -> Double? {
    guard let field = findValue(key) else { return nil }
    return try double(field, key)
  }

  /// A string, its escapes resolved.
  public mutating func string(_ key: StaticString) throws(JSONError) -> String {
    try string(require(key), key)
  }

  /// A string, its escapes resolved; nil when missing or null.
  public mutating func optionalString(_ key: StaticString) throws(JSONError) -> String? {
    guard let field = findValue(key) else { return nil }
    return try string(field, key)
  }

  /// The value's JSON text, exactly as written, without the whitespace around it; `null` for null.
  public mutating func rawBytes(_ key: StaticString) throws(JSONError) -> [UInt8] {
    rawBytes(try require(key))
  }

  /// The value's JSON text, exactly as written; nil when missing or null.
  public mutating func optionalRawBytes(_ key: StaticString) throws(JSONError) -> [UInt8]? {
    guard let field = findValue(key) else { return nil }
    return rawBytes(field)
  }

  /// Any value as a tree; `.null` for null.
  public mutating func value(_ key: StaticString) throws(JSONError) -> JSONValue {
    try value(require(key), key)
  }

  /// Any value as a tree; nil when missing or null.
  public mutating func optionalValue(_ key: StaticString) throws(JSONError) -> JSONValue? {
    guard let field = findValue(key) else { return nil }
    return try value(field, key)
  }

  private func int64(_ field: JSONField, _ key: StaticString) throws(JSONError) -> Int64 {
    let start = Int(field.valueStart)
    switch scanner.integer(start, Int(field.valueEnd), isComplex: field.valueIsComplex) {
    case .success(let value): return value
    case .failure(let reason): throw failure(reason, key, at: start)
    }
  }

  private func bool(_ field: JSONField, _ key: StaticString) throws(JSONError) -> Bool {
    switch firstByte(of: field) {
    case UInt8(ascii: "t"): return true
    case UInt8(ascii: "f"): return false
    default: throw failure(.wrongType(expected: .boolean), key, at: Int(field.valueStart))
    }
  }

  private func double(_ field: JSONField, _ key: StaticString) throws(JSONError) -> Double {
    let start = Int(field.valueStart)
    guard scanner.isNumber(at: start), let value = Double(String(decoding: buffer(field), as: UTF8.self)) else {
      throw failure(.wrongType(expected: .number), key, at: start)
    }
    guard value.isFinite else { throw failure(.outOfRange, key, at: start) }
    return value
  }

  private func string(_ field: JSONField, _ key: StaticString) throws(JSONError) -> String {
    let start = Int(field.valueStart)
    guard firstByte(of: field) == UInt8(ascii: "\"") else {
      throw failure(.wrongType(expected: .string), key, at: start)
    }
    if !field.valueIsComplex {
      return String(
        decoding: UnsafeBufferPointer(start: scanner.base + start + 1, count: Int(field.valueEnd) - start - 2),
        as: UTF8.self)
    }
    do {
      return try scanner.decodedString(start + 1, Int(field.valueEnd) - 1, isEscaped: true)
    } catch {
      throw error.inside(key.description)
    }
  }

  private func rawBytes(_ field: JSONField) -> [UInt8] {
    [UInt8](buffer(field))
  }

  private func value(_ field: JSONField, _ key: StaticString) throws(JSONError) -> JSONValue {
    do {
      return try JSONTreeBuilder(scanner: scanner).value(at: Int(field.valueStart)).value
    } catch {
      throw error.inside(key.description)
    }
  }

  private func buffer(_ field: JSONField) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(
      start: scanner.base + Int(field.valueStart), count: Int(field.valueEnd) - Int(field.valueStart))
  }
}

extension JSONScanner {
  enum IntegerResult {
    case success(Int64)
    case failure(JSONError.Reason)
  }

  @inline(__always)
  func isNumber(at start: Int) -> Bool {
    base[start] == UInt8(ascii: "-") || base[start] &- UInt8(ascii: "0") < 10
  }

  /// The integer of a value that was scanned before.
  func integer(_ start: Int, _ end: Int, isComplex: Bool) -> IntegerResult {
    guard isNumber(at: start), !isComplex else { return .failure(.wrongType(expected: .integer)) }
    let isNegative = base[start] == UInt8(ascii: "-")
    var i = isNegative ? start + 1 : start
    var magnitude: UInt64 = 0
    // Nineteen digits fit in 64 bits without a sign, so only their number and the last comparison need a check.
    guard end - i <= 19 else { return .failure(.outOfRange) }
    while i < end {
      magnitude = magnitude &* 10 &+ UInt64(base[i] &- UInt8(ascii: "0"))
      i += 1
    }
    guard magnitude <= UInt64(Int64.max) + (isNegative ? 1 : 0) else { return .failure(.outOfRange) }
    return .success(Int64(truncatingIfNeeded: isNegative ? 0 &- magnitude : magnitude))
  }
}
