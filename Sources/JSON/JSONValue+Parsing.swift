extension JSONValue {
  /// Parses one document of any type.
  ///
  /// - Parameter strict: refuses repeated keys, U+0000 and more than 64 levels of nesting (lenient: 512). Unpaired
  ///   surrogates are refused both ways, as a Swift string cannot hold them.
  public init(parsing bytes: [UInt8], strict: Bool = true) throws(JSONError) {
    // A closure given to a rethrowing function of the standard library loses the type of its errors.
    let result: Result<JSONValue, JSONError> = bytes.withUnsafeBufferPointer { buffer in
      do throws(JSONError) {
        return .success(try JSONValue(parsing: buffer, strict: strict))
      } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  /// Parses one document of any type from text. See the overload over bytes.
  public init(parsing text: String, strict: Bool = true) throws(JSONError) {
    try self.init(parsing: [UInt8](text.utf8), strict: strict)
  }

  /// Parses one document of any type from a buffer. See the overload over bytes.
  public init(parsing bytes: UnsafeBufferPointer<UInt8>, strict: Bool = true) throws(JSONError) {
    guard let base = bytes.baseAddress else { throw JSONError(offset: 0, reason: .malformed) }
    let scanner = JSONScanner(base: base, end: bytes.count, rules: strict ? .strict : .lenient)
    // The grammar first, then the tree: the builder meets only what the scanner let through.
    let start = scanner.skipWhitespace(0)
    let end = try scanner.skipValue(start, depth: 0).end
    let rest = scanner.skipWhitespace(end)
    guard rest == bytes.count else { throw JSONError(offset: rest, reason: .malformed) }
    self = try JSONTreeBuilder(scanner: scanner).value(at: start).value
  }

  /// Compact JSON, members in their order.
  public var serialized: [UInt8] {
    var writer = JSONWriter()
    writer.element(self)
    return writer.bytes
  }

  /// Compact JSON as text.
  public var serializedText: String {
    String(decoding: serialized, as: UTF8.self)
  }
}

/// Builds trees from bytes that the scanner has accepted.
struct JSONTreeBuilder {
  let scanner: JSONScanner

  /// The value that starts at `start`, and one past its last byte.
  func value(at start: Int) throws(JSONError) -> (value: JSONValue, end: Int) {
    let base = scanner.base
    switch base[start] {
    case UInt8(ascii: "n"): return (.null, start + 4)
    case UInt8(ascii: "t"): return (.bool(true), start + 4)
    case UInt8(ascii: "f"): return (.bool(false), start + 5)
    case UInt8(ascii: "\""):
      let (text, end) = try string(at: start)
      return (.string(text), end)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      var i = scanner.skipWhitespace(start + 1)
      while base[i] != UInt8(ascii: "]") {
        if base[i] == UInt8(ascii: ",") { i = scanner.skipWhitespace(i + 1) }
        let element = try value(at: i)
        elements.append(element.value)
        i = scanner.skipWhitespace(element.end)
      }
      return (.array(elements), i + 1)
    case UInt8(ascii: "{"):
      var members: [(key: String, value: JSONValue)] = []
      var i = scanner.skipWhitespace(start + 1)
      while base[i] != UInt8(ascii: "}") {
        if base[i] == UInt8(ascii: ",") { i = scanner.skipWhitespace(i + 1) }
        let key = try string(at: i)
        let member = try value(at: try scanner.skipColon(key.end))
        members.append((key.text, member.value))
        i = scanner.skipWhitespace(member.end)
      }
      return (.object(members), i + 1)
    default:
      let end = try scanner.skipNumber(start).end
      let text = UnsafeBufferPointer(start: base + start, count: end - start)
      return (.number(String(decoding: text, as: UTF8.self)), end)
    }
  }

  private func string(at start: Int) throws(JSONError) -> (text: String, end: Int) {
    let text = try scanner.skipString(start + 1)
    return (try scanner.decodedString(start + 1, text.end, isEscaped: text.isComplex), text.end + 1)
  }
}
