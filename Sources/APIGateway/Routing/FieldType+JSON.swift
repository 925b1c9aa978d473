import EventSourcing
import JSON

/// An object of any shape, within a number of bytes.
struct ObjectField: FieldType {
  let maximumBytes: Int

  var placeholder: JSONValue { .object([]) }
  var schema: Schema { .anyObject }

  func read(_ json: JSONValue) throws(FieldFault) -> JSONValue {
    guard case .object = json else { throw FieldFault(.wrongType, limit: "object") }
    guard !Self.hasNUL(json) else { throw FieldFault(.nulCharacter) }
    guard json.serialized.count <= maximumBytes else { throw FieldFault(.tooLong, limit: "≤ \(maximumBytes) bytes") }
    return json
  }

  /// Whether a text in it holds U+0000, which PostgreSQL cannot store.
  private static func hasNUL(_ json: JSONValue) -> Bool {
    switch json {
    case .string(let text): text.utf8.contains(0)
    case .array(let elements): elements.contains(where: hasNUL)
    case .object(let members): members.contains { $0.key.utf8.contains(0) || hasNUL($0.value) }
    case .null, .bool, .number: false
    }
  }
}

extension FieldType where Self == ObjectField {
  /// However large; the body has its limit.
  static var object: ObjectField { ObjectField(maximumBytes: .max) }
  static func object(maxBytes: Int) -> ObjectField { ObjectField(maximumBytes: maxBytes) }
}

/// A day of the calendar, `YYYY-MM-DD`.
struct DateField: FieldType {
  var placeholder: String { "1970-01-01" }
  var schema: Schema { .date }

  func read(_ json: JSONValue) throws(FieldFault) -> String {
    guard case .string(let text) = json else { throw FieldFault(.wrongType, limit: "string") }
    guard CivilDate(iso8601: text) != nil else { throw FieldFault(.invalidFormat, limit: "YYYY-MM-DD") }
    return text
  }
}

extension FieldType where Self == DateField {
  static var date: DateField { DateField() }
}

extension Schema {
  /// An object whose members are the client's affair.
  static let anyObject = Schema(["type": "object"])
  /// A day, `YYYY-MM-DD`.
  static let date = Schema(["type": "string", "format": "date"])
}
