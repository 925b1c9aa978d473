/// A key that is known when the program starts: written without looking at its characters again.
public struct JSONKey: Sendable, Hashable {
  let bytes: [UInt8]

  /// - Parameter name: must need no escape in JSON.
  public init(_ name: String) {
    precondition(
      name.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }, "\(name) needs an escape")
    bytes = Array("\"\(name)\":".utf8)
  }
}

/// Fields whose keys are prepared: ``key(_:)``, then one value as if it were an array's element.
extension JSONWriter {
  /// Begins a field; exactly one value must follow.
  public mutating func key(_ key: JSONKey) {
    separate()
    bytes.append(contentsOf: key.bytes)
    needsComma = false
  }

  /// Null, as a value of its own.
  public mutating func elementNull() {
    separate()
    append("null")
    needsComma = true
  }

  /// True or false, as a value of its own.
  public mutating func element(_ value: Bool) {
    separate()
    append(value ? "true" : "false")
    needsComma = true
  }

  /// A string from UTF-8 bytes, which must be valid.
  public mutating func element(utf8 text: UnsafeRawBufferPointer) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    appendEscaped(text.assumingMemoryBound(to: UInt8.self))
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  /// One valid JSON value, as text.
  public mutating func elementRaw(_ json: UnsafeRawBufferPointer) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  /// A string that `body` appends between the quotes; it must need no escape.
  public mutating func elementQuoted<Failure: Error>(_ body: (inout [UInt8]) throws(Failure) -> Void) throws(Failure) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    try body(&bytes)
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }
}
