import JSON

@testable import APIGateway

/// Checks a document against the part of JSON Schema that our descriptions use.
struct SchemaCheck {
  let components: [String: JSONValue]

  /// What does not fit, one line each.
  func faults(_ value: JSONValue, _ schema: JSONValue, at path: String = "") -> [String] {
    if let reference = schema["$ref"]?.stringValue {
      return faults(value, components[String(reference.split(separator: "/").last!)]!, at: path)
    }
    if let options = schema["anyOf"]?.arrayValue {
      let all = options.map { faults(value, $0, at: path) }
      return all.contains(where: \.isEmpty) ? [] : all[0]
    }
    let types = schema["type"]?.arrayValue?.compactMap(\.stringValue) ?? [schema["type"]?.stringValue].compactMap { $0 }
    let actual = type(of: value)
    guard types.isEmpty || types.contains(actual) || (actual == "integer" && types.contains("number")) else {
      return ["\(path): \(actual) instead of \(types)"]
    }
    if let allowed = schema["enum"]?.arrayValue, !allowed.contains(value) { return ["\(path): \(value.serializedText) is not allowed"] }
    switch value {
    case .array(let elements):
      guard let items = schema["items"] else { return [] }
      return elements.enumerated().flatMap { faults($0.element, items, at: "\(path)/\($0.offset)") }
    case .object(let members):
      // An object without declared members may have any.
      guard let properties = schema["properties"]?.objectValue else { return [] }
      var found = members.flatMap { member -> [String] in
        guard let property = properties.first(where: { $0.key == member.key }) else { return ["\(path)/\(member.key): unknown"] }
        return faults(member.value, property.value, at: "\(path)/\(member.key)")
      }
      for name in schema["required"]?.arrayValue ?? [] where !members.contains(where: { $0.key == name.stringValue }) {
        found.append("\(path)/\(name.stringValue ?? ""): missing")
      }
      return found
    default: return []
    }
  }

  private func type(of value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool: "boolean"
    case .number(let text): Int64(text) == nil ? "number" : "integer"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}
