/// What a document must satisfy beyond the grammar of RFC 8259 and valid UTF-8, which are always required.
@usableFromInline
struct JSONRules: Sendable {
  /// Reject U+0000, unpaired surrogates and repeated keys.
  var strict: Bool
  /// Levels of nesting allowed; the outermost container is level 1. Also the bound on the scanner's recursion.
  var maximumDepth: Int

  /// For bytes from outside.
  static let strict = JSONRules(strict: true, maximumDepth: 64)
  /// For bytes that this system has written.
  static let lenient = JSONRules(strict: false, maximumDepth: 512)
}

/// The grammar: finds where values end, and refuses what is not JSON. It builds nothing, and allocates nothing but the
/// list of each object's keys in strict mode.
///
/// All positions are byte offsets from `base`; no function reads at or past `end`.
@usableFromInline
struct JSONScanner {
  let base: UnsafePointer<UInt8>
  let end: Int
  var rules: JSONRules

  /// The part of a field or element that a scan has found.
  struct Value {
    /// One past the last byte.
    var end: Int
    /// A string that holds a backslash, or a number with a fraction or an exponent.
    var isComplex: Bool
  }

  func failure(_ reason: JSONError.Reason, at offset: Int) -> JSONError {
    JSONError(offset: offset, reason: reason)
  }

  /// First byte at or after `position` that is not whitespace; `end` when there is none.
  @inline(__always)
  func skipWhitespace(_ position: Int) -> Int {
    var i = position
    while i < end {
      let byte = base[i]
      // Everything above a space is not whitespace: one comparison in compact JSON.
      if byte > 0x20 { return i }
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return i }
      i += 1
    }
    return i
  }

  /// Scans the value that starts exactly at `start`; `depth` is the number of containers around it.
  @inline(__always)
  func skipValue(_ start: Int, depth: Int) throws(JSONError) -> Value {
    guard start < end else { throw failure(.malformed, at: start) }
    switch base[start] {
    case UInt8(ascii: "\""):
      let text = try skipString(start + 1)
      return Value(end: text.end + 1, isComplex: text.isComplex)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return try skipNumber(start)
    case UInt8(ascii: "{"):
      return Value(end: try skipObject(start, depth: depth + 1), isComplex: false)
    case UInt8(ascii: "["):
      return Value(end: try skipArray(start, depth: depth + 1), isComplex: false)
    case UInt8(ascii: "t"):
      return Value(end: try skipLiteral("true", start), isComplex: false)
    case UInt8(ascii: "f"):
      return Value(end: try skipLiteral("false", start), isComplex: false)
    case UInt8(ascii: "n"):
      return Value(end: try skipLiteral("null", start), isComplex: false)
    default:
      throw failure(.malformed, at: start)
    }
  }

  private func skipLiteral(_ literal: StaticString, _ start: Int) throws(JSONError) -> Int {
    let length = literal.utf8CodeUnitCount
    guard start + length <= end, sameBytes(base + start, literal.utf8Start, length) else {
      throw failure(.malformed, at: start)
    }
    return start + length
  }

  func skipNumber(_ start: Int) throws(JSONError) -> Value {
    var i = start
    if base[i] == UInt8(ascii: "-") { i += 1 }
    guard i < end else { throw failure(.malformed, at: i) }
    if base[i] == UInt8(ascii: "0") {
      // A zero stands alone: the digit of "01" is then met where a comma or a bracket should be.
      i += 1
    } else {
      i = try skipDigits(i)
    }
    var isComplex = false
    if i < end, base[i] == UInt8(ascii: ".") {
      isComplex = true
      i = try skipDigits(i + 1)
    }
    if i < end, base[i] | 0x20 == UInt8(ascii: "e") {
      isComplex = true
      i += 1
      if i < end, base[i] == UInt8(ascii: "+") || base[i] == UInt8(ascii: "-") { i += 1 }
      i = try skipDigits(i)
    }
    return Value(end: i, isComplex: isComplex)
  }

  /// One digit at least.
  @inline(__always)
  private func skipDigits(_ start: Int) throws(JSONError) -> Int {
    var i = start
    while i < end, base[i] &- UInt8(ascii: "0") < 10 { i += 1 }
    guard i > start else { throw failure(.malformed, at: start) }
    return i
  }

  /// Scans the object whose brace is at `start`, and returns one past its closing brace.
  func skipObject(_ start: Int, depth: Int) throws(JSONError) -> Int {
    guard depth <= rules.maximumDepth else { throw failure(.tooDeep, at: start) }
    var fields = JSONFieldTable()
    var i = skipWhitespace(start + 1)
    if i < end, base[i] == UInt8(ascii: "}") { return i + 1 }
    while true {
      let key = try skipKey(i)
      if rules.strict { fields.append(JSONField(key: i + 1, key.end, isEscaped: key.isComplex)) }
      i = try skipColon(key.end + 1)
      i = skipWhitespace(try skipValue(i, depth: depth).end)
      guard i < end else { throw failure(.malformed, at: i) }
      if base[i] == UInt8(ascii: "}") { break }
      guard base[i] == UInt8(ascii: ",") else { throw failure(.malformed, at: i) }
      i = skipWhitespace(i + 1)
    }
    if rules.strict { try fields.checkKeys(self) }
    return i + 1
  }

  /// Scans the array whose bracket is at `start`, and returns one past its closing bracket.
  func skipArray(_ start: Int, depth: Int) throws(JSONError) -> Int {
    guard depth <= rules.maximumDepth else { throw failure(.tooDeep, at: start) }
    var i = skipWhitespace(start + 1)
    if i < end, base[i] == UInt8(ascii: "]") { return i + 1 }
    while true {
      i = skipWhitespace(try skipValue(i, depth: depth).end)
      guard i < end else { throw failure(.malformed, at: i) }
      if base[i] == UInt8(ascii: "]") { return i + 1 }
      guard base[i] == UInt8(ascii: ",") else { throw failure(.malformed, at: i) }
      i = skipWhitespace(i + 1)
    }
  }

  /// Scans the key whose opening quote must be at `start`; the result's end is the closing quote.
  @inline(__always)
  func skipKey(_ start: Int) throws(JSONError) -> Value {
    guard start < end, base[start] == UInt8(ascii: "\"") else { throw failure(.malformed, at: start) }
    return try skipString(start + 1)
  }

  /// From the byte after a key to the first byte of its value.
  @inline(__always)
  func skipColon(_ position: Int) throws(JSONError) -> Int {
    let i = skipWhitespace(position)
    guard i < end, base[i] == UInt8(ascii: ":") else { throw failure(.malformed, at: i) }
    return skipWhitespace(i + 1)
  }
}

/// Byte equality of two ranges of the same length.
@inline(__always)
func sameBytes(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ length: Int) -> Bool {
  var i = 0
  while i + 8 <= length {
    let a = UnsafeRawPointer(left + i).loadUnaligned(as: UInt64.self)
    let b = UnsafeRawPointer(right + i).loadUnaligned(as: UInt64.self)
    if a != b { return false }
    i += 8
  }
  while i < length {
    if left[i] != right[i] { return false }
    i += 1
  }
  return true
}
