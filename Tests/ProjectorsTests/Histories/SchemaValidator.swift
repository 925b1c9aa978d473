import EventSourcing
import FoundationEssentials
import JSON

/// Judges values by JSON Schemas, as far as those of messages go: `type`, `enum`, `pattern`, `format`, `items`, `required`, `properties` and
/// `anyOf`. A field that the schema does not name is told as well: it should have been described.
struct SchemaValidator {
  private var patterns: [String: Regex<AnyRegexOutput>] = [:]

  /// What is wrong, each with the place where; empty when all is well.
  mutating func faults(of value: JSONValue, by schema: JSONValue, at path: String = "") throws -> [String] {
    if let options = schema["anyOf"]?.arrayValue {
      for option in options {
        if try faults(of: value, by: option, at: path).isEmpty { return [] }
      }
      return ["\(path): fits none of anyOf"]
    }
    if let types = schema["type"].map({ $0.arrayValue ?? [$0] }), !types.contains(where: { Self.isType(value, $0.stringValue) }) {
      return ["\(path): \(value.serializedText) is no \(types.compactMap(\.stringValue).joined(separator: " or "))"]
    }
    if let names = schema["enum"]?.arrayValue, !names.contains(value) { return ["\(path): \(value.serializedText) is not in the enum"] }
    switch value {
    case .string(let text): return try faults(of: text, by: schema, at: path)
    case .array(let elements):
      // Without `items` nobody knows what an element is.
      guard let items = schema["items"] else { return elements.isEmpty || schema == [:] ? [] : ["\(path): elements are not described"] }
      var found: [String] = []
      for (index, element) in elements.enumerated() { found += try faults(of: element, by: items, at: "\(path)/\(index)") }
      return found
    case .object(let members): return try faults(of: members, by: schema, at: path)
    default: return []
    }
  }

  private mutating func faults(of text: String, by schema: JSONValue, at path: String) throws -> [String] {
    switch schema["format"]?.stringValue {
    case "date-time" where Timestamp(rfc3339: text) == nil: return ["\(path): \(text) is no date-time"]
    case "uuid" where UUID(uuidString: text) == nil: return ["\(path): \(text) is no uuid"]
    default: break
    }
    guard let source = schema["pattern"]?.stringValue else { return [] }
    let pattern = try patterns[source] ?? Regex(source)
    patterns[source] = pattern
    return text.firstMatch(of: pattern) == nil ? ["\(path): \(text) does not fit \(source)"] : []
  }

  private mutating func faults(
    of members: [(key: String, value: JSONValue)], by schema: JSONValue, at path: String
  ) throws -> [String] {
    // Whatever somebody chose.
    if schema == [:] { return [] }
    var found: [String] = []
    for name in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? [] where !members.contains(where: { $0.key == name }) {
      found.append("\(path)/\(name): is missing")
    }
    for (name, value) in members {
      if let field = schema["properties"]?[name] {
        found += try faults(of: value, by: field, at: "\(path)/\(name)")
      } else {
        found.append("\(path)/\(name): is not described")
      }
    }
    return found
  }

  private static func isType(_ value: JSONValue, _ type: String?) -> Bool {
    switch (value, type) {
    case (.null, "null"), (.bool, "boolean"), (.number, "number"), (.string, "string"), (.array, "array"), (.object, "object"): true
    case (.number, "integer"): value.int64Value != nil
    default: false
    }
  }
}
