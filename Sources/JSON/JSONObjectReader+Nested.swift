extension JSONObjectReader {
  /// A nested object. An error of JSON inside it gets this field in front of its path.
  @inlinable
  public mutating func object<R>(_ key: StaticString, _ body: (inout JSONObjectReader) throws -> R) throws -> R {
    var nested = try openObject(key)
    do { return try body(&nested) } catch { throw enclosing(error, key) }
  }

  /// A nested object; nil when missing or null.
  @inlinable
  public mutating func optionalObject<R>(
    _ key: StaticString, _ body: (inout JSONObjectReader) throws -> R
  ) throws -> R? {
    guard hasValue(key) else { return nil }
    return try object(key, body)
  }

  /// An array of objects, in the written order; anything else inside it is a wrong type.
  @inlinable
  public mutating func array<R>(
    _ key: StaticString, _ element: (inout JSONObjectReader) throws -> R
  ) throws -> [R] {
    var elements: [R] = []
    var position = try openArray(key)
    while position >= 0 {
      do {
        var nested = try openElement(position)
        elements.append(try element(&nested))
        position = nextElement(nested.end)
      } catch {
        throw enclosing(error, key, index: elements.count)
      }
    }
    return elements
  }

  /// An array of objects; nil when missing or null.
  @inlinable
  public mutating func optionalArray<R>(
    _ key: StaticString, _ element: (inout JSONObjectReader) throws -> R
  ) throws -> [R]? {
    guard hasValue(key) else { return nil }
    return try array(key, element)
  }

  /// An array of integers.
  public mutating func int64Array(_ key: StaticString) throws(JSONError) -> [Int64] {
    var elements: [Int64] = []
    var position = try openArray(key)
    while position >= 0 {
      do throws(JSONError) {
        let value = try scanner.skipValue(position, depth: 1)
        switch scanner.integer(position, value.end, isComplex: value.isComplex) {
        case .success(let number): elements.append(number)
        case .failure(let reason): throw JSONError(offset: position, reason: reason)
        }
        position = nextElement(value.end)
      } catch {
        throw error.inside(String(elements.count)).inside(key.description)
      }
    }
    return elements
  }

  /// An array of integers; nil when missing or null.
  public mutating func optionalInt64Array(_ key: StaticString) throws(JSONError) -> [Int64]? {
    guard hasValue(key) else { return nil }
    return try int64Array(key)
  }

  /// An array of strings.
  public mutating func stringArray(_ key: StaticString) throws(JSONError) -> [String] {
    var elements: [String] = []
    var position = try openArray(key)
    while position >= 0 {
      do throws(JSONError) {
        guard scanner.base[position] == UInt8(ascii: "\"") else {
          throw JSONError(offset: position, reason: .wrongType(expected: .string))
        }
        let text = try scanner.skipString(position + 1)
        elements.append(try scanner.decodedString(position + 1, text.end, isEscaped: text.isComplex))
        position = nextElement(text.end + 1)
      } catch {
        throw error.inside(String(elements.count)).inside(key.description)
      }
    }
    return elements
  }

  /// An array of strings; nil when missing or null.
  public mutating func optionalStringArray(_ key: StaticString) throws(JSONError) -> [String]? {
    guard hasValue(key) else { return nil }
    return try stringArray(key)
  }

  /// Whether the field is there and not null.
  @usableFromInline
  mutating func hasValue(_ key: StaticString) -> Bool {
    has(key) && !isNull(key)
  }

  @usableFromInline
  mutating func openObject(_ key: StaticString) throws(JSONError) -> JSONObjectReader {
    let field = try require(key)
    guard firstByte(of: field) == UInt8(ascii: "{") else {
      throw failure(.wrongType(expected: .object), key, at: Int(field.valueStart))
    }
    return try JSONObjectReader(scanner: innerScanner, at: Int(field.valueStart))
  }

  @usableFromInline
  func openElement(_ position: Int) throws(JSONError) -> JSONObjectReader {
    try JSONObjectReader(scanner: innerScanner, at: position)
  }

  /// Offset of the first element; negative when the array is empty.
  @usableFromInline
  mutating func openArray(_ key: StaticString) throws(JSONError) -> Int {
    let field = try require(key)
    guard firstByte(of: field) == UInt8(ascii: "[") else {
      throw failure(.wrongType(expected: .array), key, at: Int(field.valueStart))
    }
    let first = scanner.skipWhitespace(Int(field.valueStart) + 1)
    return scanner.base[first] == UInt8(ascii: "]") ? -1 : first
  }

  /// Offset of the element after the one that ends at `end`; negative after the last.
  @usableFromInline
  func nextElement(_ end: Int) -> Int {
    let separator = scanner.skipWhitespace(end)
    return scanner.base[separator] == UInt8(ascii: "]") ? -1 : scanner.skipWhitespace(separator + 1)
  }

  /// What is nested has passed the rules already, when the document was indexed.
  private var innerScanner: JSONScanner {
    JSONScanner(base: scanner.base, end: scanner.end, rules: .lenient)
  }

  @usableFromInline @inline(never)
  func enclosing(_ error: any Error, _ key: StaticString) -> any Error {
    guard let error = error as? JSONError else { return error }
    return error.inside(key.description)
  }

  @usableFromInline @inline(never)
  func enclosing(_ error: any Error, _ key: StaticString, index: Int) -> any Error {
    guard let error = error as? JSONError else { return error }
    return error.inside(String(index)).inside(key.description)
  }
}
