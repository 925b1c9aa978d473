/// Reads one JSON object: its fields by name, in any order, each when it is asked for.
///
/// A view over bytes that it does not own. It lives only inside `parse`, and cannot be copied out of there. Making one
/// checks the grammar of the whole object, nested values included, so that no later read meets malformed JSON.
///
/// Fields that nobody asks for are skipped. Reading in the written order is fastest: each look-up first tries the field
/// after the last one found. In lenient parsing a repeated key gives one of its values, always the same for the same
/// bytes and the same reads; strict parsing refuses it.
///
/// Every reading method throws `JSONError` (`missing`, `wrongType`, `outOfRange`, `loneSurrogate`) with the path of the
/// field. The `optional…` methods answer nil when the field is missing or null, and throw for any other wrong type.
///
/// The generic methods are inlinable, so that a caller in another module gets its closure specialised; the work is done by
/// hidden functions that are compiled once. Counted in instructions (release, Swift 6.3.1): an order of three lines costs
/// 15% less to read and 23% less to write than with nothing inlinable, an event without nested objects the same.
public struct JSONObjectReader: ~Copyable {
  let scanner: JSONScanner
  private let fields: JSONFieldTable
  private var hint = 0

  /// One past the closing brace.
  @usableFromInline
  let end: Int

  /// Reads a whole document that is one object. The bytes must stay valid and unchanged for the life of the reader.
  @usableFromInline
  static func document(_ bytes: UnsafeBufferPointer<UInt8>, strict: Bool) throws(JSONError) -> JSONObjectReader {
    guard let base = bytes.baseAddress, bytes.count <= Int32.max else {
      throw JSONError(offset: 0, reason: bytes.isEmpty ? .malformed : .outOfRange)
    }
    let scanner = JSONScanner(base: base, end: bytes.count, rules: strict ? .strict : .lenient)
    let start = scanner.skipWhitespace(0)
    let reader = try JSONObjectReader(scanner: scanner, at: start)
    let rest = scanner.skipWhitespace(reader.end)
    guard rest == bytes.count else { throw JSONError(offset: rest, reason: .malformed) }
    return reader
  }

  /// Reads the object that starts at `start`, and notes where its fields are.
  init(scanner: JSONScanner, at start: Int) throws(JSONError) {
    guard start < scanner.end, scanner.base[start] == UInt8(ascii: "{") else {
      // Another type is only worth the name when it is valid.
      _ = try scanner.skipValue(start, depth: 0)
      throw JSONError(offset: start, reason: .wrongType(expected: .object))
    }
    var fields = JSONFieldTable()
    var i = scanner.skipWhitespace(start + 1)
    if i < scanner.end, scanner.base[i] == UInt8(ascii: "}") {
      self.scanner = scanner
      self.fields = fields
      end = i + 1
      return
    }
    while true {
      let key = try scanner.skipKey(i)
      let valueStart = try scanner.skipColon(key.end + 1)
      let value = try scanner.skipValue(valueStart, depth: 1)
      fields.append(
        JSONField(
          keyStart: UInt32(truncatingIfNeeded: i + 1), keyEnd: UInt32(truncatingIfNeeded: key.end),
          valueStart: UInt32(truncatingIfNeeded: valueStart), valueEnd: UInt32(truncatingIfNeeded: value.end),
          keyIsEscaped: key.isComplex, valueIsComplex: value.isComplex))
      i = scanner.skipWhitespace(value.end)
      guard i < scanner.end else { throw JSONError(offset: i, reason: .malformed) }
      if scanner.base[i] == UInt8(ascii: "}") { break }
      guard scanner.base[i] == UInt8(ascii: ",") else { throw JSONError(offset: i, reason: .malformed) }
      i = scanner.skipWhitespace(i + 1)
    }
    if scanner.rules.strict { try fields.checkKeys(scanner) }
    self.scanner = scanner
    self.fields = fields
    end = i + 1
  }

  /// Parses a document that is one object, and hands it to `body`.
  ///
  /// - Parameter strict: for bytes from outside. Refuses repeated keys, U+0000, unpaired surrogates and more than 64
  ///   levels of nesting. Both ways refuse malformed JSON, invalid UTF-8 and trailing bytes.
  /// - Throws: `JSONError`, and whatever `body` throws.
  @inlinable
  public static func parse<R>(
    _ bytes: UnsafeBufferPointer<UInt8>, strict: Bool = false, _ body: (inout JSONObjectReader) throws -> R
  ) throws -> R {
    var reader = try document(bytes, strict: strict)
    return try body(&reader)
  }

  /// Parses a document that is one object, and hands it to `body`. See the overload over a buffer.
  @inlinable
  public static func parse<R>(
    _ bytes: [UInt8], strict: Bool = false, _ body: (inout JSONObjectReader) throws -> R
  ) throws -> R {
    try bytes.withUnsafeBufferPointer { try parse($0, strict: strict, body) }
  }

  /// Parses a document that is one object, and hands it to `body`; offsets in errors count from the slice's start. See
  /// the overload over a buffer.
  @inlinable
  public static func parse<R>(
    _ bytes: ArraySlice<UInt8>, strict: Bool = false, _ body: (inout JSONObjectReader) throws -> R
  ) throws -> R {
    try bytes.withUnsafeBufferPointer { try parse($0, strict: strict, body) }
  }

  /// Whether the object has this field; null counts as present.
  public func has(_ key: StaticString) -> Bool {
    index(of: key) != nil
  }

  /// Whether the field is there and null.
  public func isNull(_ key: StaticString) -> Bool {
    guard let index = index(of: key) else { return false }
    return firstByte(of: fields[index]) == UInt8(ascii: "n")
  }

  /// The names of all fields, as written, in the written order; repeated ones are repeated. A name with an unpaired
  /// surrogate has U+FFFD instead.
  public var keys: [String] {
    (0..<fields.count).map { index in
      let field = fields[index]
      let (start, end) = (Int(field.keyStart), Int(field.keyEnd))
      if let key = try? scanner.decodedString(start, end, isEscaped: field.keyIsEscaped) { return key }
      return String(decoding: UnsafeBufferPointer(start: scanner.base + start, count: end - start), as: UTF8.self)
        + "\u{FFFD}"
    }
  }

  @inline(__always)
  func firstByte(of field: JSONField) -> UInt8 {
    scanner.base[Int(field.valueStart)]
  }

  /// The field's index, looked for from the hint on and around.
  private func index(of key: StaticString) -> Int? {
    precondition(key.hasPointerRepresentation, "a key is a string literal")
    let (name, length) = (key.utf8Start, key.utf8CodeUnitCount)
    var candidate = hint
    for _ in 0..<fields.count {
      if candidate >= fields.count { candidate = 0 }
      let field = fields[candidate]
      if !field.keyIsEscaped {
        if Int(field.keyEnd &- field.keyStart) == length, sameBytes(scanner.base + Int(field.keyStart), name, length) {
          return candidate
        }
      } else if let decoded = try? scanner.decodedBytes(Int(field.keyStart), Int(field.keyEnd)),
        decoded.elementsEqual(UnsafeBufferPointer(start: name, count: length))
      {
        return candidate
      }
      candidate += 1
    }
    return nil
  }

  /// The field, null or not; nil when it is missing. Moves the hint behind it.
  mutating func find(_ key: StaticString) -> JSONField? {
    guard let index = index(of: key) else { return nil }
    hint = index + 1
    return fields[index]
  }

  /// The field when it is neither missing nor null.
  mutating func findValue(_ key: StaticString) -> JSONField? {
    guard let field = find(key), firstByte(of: field) != UInt8(ascii: "n") else { return nil }
    return field
  }

  /// The field, null or not.
  mutating func require(_ key: StaticString) throws(JSONError) -> JSONField {
    guard let field = find(key) else { throw failure(.missing, key, at: end - 1) }
    return field
  }

  /// The error for a string that is none of the names its field may hold.
  public mutating func unknownName(_ key: StaticString, expected: [String]) -> JSONError {
    failure(.unknownName(expected: expected), key, at: find(key).map { Int($0.valueStart) } ?? end - 1)
  }

  @inline(never)
  func failure(_ reason: JSONError.Reason, _ key: StaticString, at offset: Int) -> JSONError {
    JSONError(offset: offset, reason: reason).inside(key.description)
  }
}
