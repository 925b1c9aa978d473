public import JSON

/// A value that writes itself as one JSON object and reads itself back: the form of event payloads, answers and process states.
///
/// Field names are chosen by hand and never derived from Swift names, so renaming a property cannot break stored data.
public protocol JSONCodable: Sendable {
  /// Reads the fields; unknown ones are ignored.
  /// - Throws: `JSONError` when a field is missing or of the wrong type.
  init(from json: inout JSONObjectReader) throws
  /// Writes the fields; the surrounding braces are the caller's.
  func encode(to json: inout JSONWriter)
}

extension JSONCodable {
  /// The value as the bytes of one JSON object.
  public var jsonBytes: [UInt8] {
    JSONWriter.object { encode(to: &$0) }
  }

  /// Reads a value from the bytes of one JSON object.
  /// - Throws: `JSONError`.
  public init(jsonBytes: [UInt8]) throws {
    self = try JSONObjectReader.parse(jsonBytes) { try Self(from: &$0) }
  }
}
