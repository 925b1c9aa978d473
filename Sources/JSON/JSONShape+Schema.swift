extension JSONShape {
  /// The same as a JSON Schema, of what draft 7 and draft 2020-12 have in common (<https://json-schema.org>). Further fields are allowed:
  /// later versions may write some.
  public var schema: JSONValue {
    if isAnything { return .object([]) }
    var kinds = self.kinds
    if mayBeNull {
      guard kinds.count == 1 else {
        kinds.append(["type": "null"])
        return kinds.count == 1 ? kinds[0] : ["anyOf": .array(kinds)]
      }
      if let type = kinds[0]["type"] { kinds[0]["type"] = [type, "null"] }
      if let names = kinds[0]["enum"]?.arrayValue { kinds[0]["enum"] = .array(names + [.null]) }
    }
    switch kinds.count {
    case 0: return .object([])
    case 1: return kinds[0]
    default: return ["anyOf": .array(kinds)]
    }
  }

  /// A schema for each type but null.
  private var kinds: [JSONValue] {
    var kinds: [JSONValue] = []
    if let text {
      var kind: JSONValue = ["type": "string"]
      switch text {
      case .plain: break
      case .names(let names): kind["enum"] = .array(names.map { .string($0) })
      case .format(let format): kind["format"] = .string(format)
      case .pattern(let pattern): kind["pattern"] = .string(pattern)
      }
      kinds.append(kind)
    }
    if mayBeFraction { kinds.append(["type": "number"]) } else if mayBeInteger { kinds.append(["type": "integer"]) }
    if mayBeBoolean { kinds.append(["type": "boolean"]) }
    if let elements {
      var kind: JSONValue = ["type": "array"]
      if let element = elements.first { kind["items"] = element.schema }
      kinds.append(kind)
    }
    if let fields {
      var kind: JSONValue = ["type": "object"]
      let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
      if !required.isEmpty { kind["required"] = .array(required) }
      if !fields.isEmpty { kind["properties"] = .object(fields.map { (key: $0.name, value: $0.shape.schema) }) }
      kinds.append(kind)
    }
    return kinds
  }
}
