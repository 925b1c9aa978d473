/// Writes compact JSON, fields in the order of the calls. The writer sets commas; the caller balances begin and end.
///
/// Strings escape what RFC 8259 demands (`"`, `\`, U+0000 to U+001F) and nothing else. Keys are literals of the program
/// and are written as they are: they must need no escape. The same calls give the same bytes on every run.
public struct JSONWriter: Sendable {
  /// What has been written so far.
  public internal(set) var bytes: [UInt8]

  /// For those who teach the writer types of their own: whether these stand as others read them, such as an amount as decimals and a
  /// time as RFC 3339, rather than as they are stored.
  public var isSpelledOut = false

  var needsComma = false

  /// What `describe` was given, in the order of the calls; nil for a writer that writes values.
  var shapes: [JSONShape]?

  /// Starts empty; `capacity` is the expected size in bytes.
  public init(capacity: Int = 256) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  /// One object as bytes.
  @inlinable
  public static func object(_ body: (inout JSONWriter) throws -> Void) rethrows -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    try body(&writer)
    writer.endObject()
    return writer.bytes
  }

  /// Empties the writer and keeps its memory, for the next document.
  public mutating func reset() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  // MARK: Containers

  /// Opens the outermost object, or an object that is an array's element.
  public mutating func beginObject() {
    open(UInt8(ascii: "{"))
  }

  /// Opens an object in a field.
  public mutating func beginObject(_ key: StaticString) {
    open(key, UInt8(ascii: "{"))
  }

  /// Closes the innermost object.
  public mutating func endObject() {
    close(UInt8(ascii: "}"))
  }

  /// Opens the outermost array, or an array that is an array's element.
  public mutating func beginArray() {
    open(UInt8(ascii: "["))
  }

  /// Opens an array in a field.
  public mutating func beginArray(_ key: StaticString) {
    open(key, UInt8(ascii: "["))
  }

  /// Closes the innermost array.
  public mutating func endArray() {
    close(UInt8(ascii: "]"))
  }

  /// A field that holds an object.
  @inlinable
  public mutating func object(_ key: StaticString, _ body: (inout JSONWriter) throws -> Void) rethrows {
    beginObject(key)
    try body(&self)
    endObject()
  }

  /// A field that holds an array of objects, one for each element, in their order.
  @inlinable
  public mutating func array<T>(
    _ key: StaticString, _ elements: some Sequence<T>, _ body: (inout JSONWriter, T) throws -> Void
  ) rethrows {
    beginArray(key)
    for element in elements {
      beginObject()
      try body(&self, element)
      endObject()
    }
    endArray()
  }

  // MARK: Fields

  /// A field that holds null.
  public mutating func null(_ key: StaticString) {
    start(key, room: 4)
    append("null")
    needsComma = true
  }

  /// A field that holds an integer.
  public mutating func field(_ key: StaticString, _ value: Int64) {
    start(key, room: 20)
    appendInteger(value)
    needsComma = true
  }

  /// A field that holds an integer.
  public mutating func field(_ key: StaticString, _ value: Int) {
    field(key, Int64(value))
  }

  /// A field that holds true or false.
  public mutating func field(_ key: StaticString, _ value: Bool) {
    start(key, room: 5)
    append(value ? "true" : "false")
    needsComma = true
  }

  /// A field that holds a string.
  public mutating func field(_ key: StaticString, _ value: String) {
    start(key, room: value.utf8.count + 2)
    appendString(value)
    needsComma = true
  }

  /// A field that holds a number, in the shortest form that reads back as the same value; null when it is not finite,
  /// for which JSON has no number.
  public mutating func field(_ key: StaticString, _ value: Double) {
    if isDescribing { return describe(key, .number.orNull) }
    start(key, room: 24)
    if value.isFinite { bytes.append(contentsOf: value.description.utf8) } else { append("null") }
    needsComma = true
  }

  /// A field that holds an integer or null.
  public mutating func field(_ key: StaticString, _ value: Int64?) {
    if isDescribing { describe(key, .integer.orNull) } else if let value { field(key, value) } else { null(key) }
  }

  /// A field that holds an integer or null.
  public mutating func field(_ key: StaticString, _ value: Int?) {
    if isDescribing { describe(key, .integer.orNull) } else if let value { field(key, value) } else { null(key) }
  }

  /// A field that holds true, false or null.
  public mutating func field(_ key: StaticString, _ value: Bool?) {
    if isDescribing { describe(key, .boolean.orNull) } else if let value { field(key, value) } else { null(key) }
  }

  /// A field that holds a string or null.
  public mutating func field(_ key: StaticString, _ value: String?) {
    if isDescribing { describe(key, .text.orNull) } else if let value { field(key, value) } else { null(key) }
  }

  /// A field that holds a number or null.
  public mutating func field(_ key: StaticString, _ value: Double?) {
    if isDescribing { describe(key, .number.orNull) } else if let value { field(key, value) } else { null(key) }
  }

  /// A field that holds an array of integers.
  public mutating func field(_ key: StaticString, _ values: [Int64]) {
    if isDescribing { return describe(key, .array(of: .integer)) }
    beginArray(key)
    for value in values { element(value) }
    endArray()
  }

  /// A field that holds an array of strings.
  public mutating func field(_ key: StaticString, _ values: [String]) {
    if isDescribing { return describe(key, .array(of: .text)) }
    beginArray(key)
    for value in values { element(value) }
    endArray()
  }

  /// A field that holds a tree.
  public mutating func field(_ key: StaticString, _ value: JSONValue) {
    if isDescribing { return describe(key, .anything) }
    start(key, room: 16)
    appendTree(value)
    needsComma = true
  }

  /// A field whose JSON text the caller has already; it must be one valid value.
  public mutating func fieldRaw(_ key: StaticString, _ json: [UInt8]) {
    if isDescribing { return describe(key, .anything) }
    start(key, room: json.count)
    bytes.append(contentsOf: json)
    needsComma = true
  }

  // MARK: Elements of arrays

  /// An integer inside an array.
  public mutating func element(_ value: Int64) {
    separate()
    appendInteger(value)
    needsComma = true
  }

  /// An integer inside an array.
  public mutating func element(_ value: Int) {
    element(Int64(value))
  }

  /// A string inside an array.
  public mutating func element(_ value: String) {
    separate()
    appendString(value)
    needsComma = true
  }

  /// One valid JSON value, as text, inside an array.
  public mutating func elementRaw(_ json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  /// A tree, as the outermost value or inside an array.
  public mutating func element(_ value: JSONValue) {
    separate()
    appendTree(value)
    needsComma = true
  }

  // MARK: Bytes

  mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func open(_ key: StaticString, _ bracket: UInt8) {
    start(key, room: 1)
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  /// The comma, the key and the colon; makes room for `room` bytes of value in the same step.
  @inline(__always)
  private mutating func start(_ key: StaticString, room: Int) {
    let comma = needsComma
    bytes.append(addingCapacity: key.utf8CodeUnitCount + 4 + room) { span in
      span.withUnsafeMutableBufferPointer { buffer, count in
        var next = buffer.baseAddress!
        if comma {
          next.initialize(to: UInt8(ascii: ","))
          next += 1
        }
        next.initialize(to: UInt8(ascii: "\""))
        next += 1
        next.initialize(from: key.utf8Start, count: key.utf8CodeUnitCount)
        next += key.utf8CodeUnitCount
        next.initialize(to: UInt8(ascii: "\""))
        (next + 1).initialize(to: UInt8(ascii: ":"))
        count = key.utf8CodeUnitCount + (comma ? 4 : 3)
      }
    }
  }

  @inline(__always)
  mutating func append(_ literal: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  private mutating func appendInteger(_ value: Int64) {
    bytes.append(addingCapacity: 20) { span in
      span.withUnsafeMutableBufferPointer { buffer, count in
        let isNegative = value < 0
        var rest = value.magnitude
        var length = isNegative ? 2 : 1
        var bound: UInt64 = 10
        while rest >= bound {
          length += 1
          // The largest power of ten below 2^64 has twenty digits; multiplying it once more would wrap.
          if bound == 10_000_000_000_000_000_000 { break }
          bound *= 10
        }
        var i = length
        repeat {
          let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
          i -= 1
          buffer.initializeElement(at: i, to: UInt8(truncatingIfNeeded: digit) &+ UInt8(ascii: "0"))
          rest = quotient
        } while rest > 0
        if isNegative { buffer.initializeElement(at: 0, to: UInt8(ascii: "-")) }
        count = length
      }
    }
  }

  mutating func appendString(_ value: String) {
    bytes.append(UInt8(ascii: "\""))
    let done: Void? = value.utf8.withContiguousStorageIfAvailable { appendEscaped($0) }
    if done == nil {
      // Only strings bridged from elsewhere are not contiguous.
      [UInt8](value.utf8).withUnsafeBufferPointer { appendEscaped($0) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
    var clean = 0
    for (i, byte) in text.enumerated() {
      if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[clean..<i]))
      clean = i + 1
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x08: append("\\b")
      case 0x09: append("\\t")
      case 0x0A: append("\\n")
      case 0x0C: append("\\f")
      case 0x0D: append("\\r")
      default:
        append("\\u00")
        for digit in [byte >> 4, byte & 15] {
          bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
      }
    }
    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[clean...]))
  }

  private mutating func appendTree(_ value: JSONValue) {
    switch value {
    case .null: append("null")
    case .bool(let flag): append(flag ? "true" : "false")
    case .number(let text): bytes.append(contentsOf: text.utf8)
    case .string(let text): appendString(text)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (i, element) in elements.enumerated() {
        if i > 0 { bytes.append(UInt8(ascii: ",")) }
        appendTree(element)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (i, member) in members.enumerated() {
        if i > 0 { bytes.append(UInt8(ascii: ",")) }
        appendString(member.key)
        bytes.append(UInt8(ascii: ":"))
        appendTree(member.value)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }
}
