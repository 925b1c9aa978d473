import JSON

/// A part of the OpenAPI document: a JSON Schema (2020-12), and the named ones it refers to.
struct Schema: Sendable {
  /// The schema itself; a reference when it has a name.
  var json: JSONValue
  /// Named schemas that are referred to, directly or not.
  var components: [String: JSONValue] = [:]
  /// Whether an object may leave the field out.
  var isOptional = false

  init(_ json: JSONValue) {
    self.json = json
  }

  static let text = Schema(["type": "string"])
  static let integer = Schema(["type": "integer"])
  static let boolean = Schema(["type": "boolean"])
  /// A row id.
  static let id = Schema(["type": "integer", "format": "int64", "minimum": 1, "maximum": 9_007_199_254_740_991])
  /// An amount, a rate or a coordinate as a decimal string.
  static let decimal = Schema(["type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"])
  /// RFC 3339 in UTC with microseconds.
  static let time = Schema(["type": "string", "format": "date-time"])

  static func choice(_ values: [String]) -> Schema {
    Schema(["type": "string", "enum": .array(values.map { .string($0) })])
  }

  static func array(_ element: Schema) -> Schema {
    var schema = Schema(["type": "array", "items": element.json])
    schema.components = element.components
    return schema
  }

  /// An object with exactly these fields, in their order.
  static func object(_ fields: KeyValuePairs<String, Schema>) -> Schema {
    object(fields: fields.map { ($0.key, $0.value) })
  }

  static func object(fields: [(String, Schema)]) -> Schema {
    let required = fields.filter { !$0.1.isOptional }.map { JSONValue.string($0.0) }
    var schema = Schema([
      "type": "object", "properties": .object(fields.map { (key: $0.0, value: $0.1.json) }), "additionalProperties": false,
    ])
    if !required.isEmpty { schema.json["required"] = .array(required) }
    for (_, field) in fields { schema.components.merge(field.components) { $1 } }
    return schema
  }

  /// A named object: it stands once among the components.
  static func object(_ name: String, _ fields: KeyValuePairs<String, Schema>) -> Schema {
    object(fields).named(name)
  }

  /// The same schema under a name.
  func named(_ name: String) -> Schema {
    var reference = Schema(["$ref": .string("#/components/schemas/\(name)")])
    reference.components = components
    reference.components[name] = json
    return reference
  }

  /// One or the other.
  static func either(_ first: Schema, _ second: Schema) -> Schema {
    var schema = Schema(["anyOf": [first.json, second.json]])
    schema.components = first.components.merging(second.components) { $1 }
    return schema
  }

  /// The same or null.
  var nullable: Schema {
    var schema = self
    if case .string(let type)? = json["type"], json["enum"] == nil {
      schema.json["type"] = .array([.string(type), "null"])
    } else {
      schema.json = ["anyOf": .array([json, ["type": "null"]])]
    }
    return schema
  }

  /// The same, and an object may leave it out.
  var optional: Schema {
    var schema = self
    schema.isOptional = true
    return schema
  }

  /// The same with one more keyword.
  func with(_ keyword: String, _ value: JSONValue) -> Schema {
    var schema = self
    schema.json[keyword] = value
    return schema
  }

  /// `{"data": …}`: every resource is wrapped like this.
  var asData: Schema { .object(["data": self]) }

  /// `{"data": […], "page": {…}}`: every list is wrapped like this.
  var asPage: Schema { .object(["data": .array(self), "page": PageFacts.schema]) }
}
