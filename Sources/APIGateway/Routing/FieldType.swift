import JSON

/// What is wrong with one value.
struct FieldFault: Error, Sendable, Hashable {
  var code: ProblemCode
  var limit: String?
  /// Where inside the value, as a JSON Pointer; empty for the value itself.
  var path: String

  init(_ code: ProblemCode, limit: String? = nil, at path: String = "") {
    self.code = code
    self.limit = limit
    self.path = path
  }
}

/// The type of a field: how it is read from JSON and from a parameter's text, and how the API description shows it.
protocol FieldType: Sendable {
  associatedtype Value: Sendable
  /// Stands for a value while the input is only described, or is wrong.
  var placeholder: Value { get }
  var schema: Schema { get }
  func read(_ json: JSONValue) throws(FieldFault) -> Value
  /// From a path or a query, percent-decoding done.
  func read(text: String) throws(FieldFault) -> Value
}

extension FieldType {
  func read(text: String) throws(FieldFault) -> Value {
    try read(.string(text))
  }
}

/// An integer within bounds.
struct IntegerField: FieldType {
  let range: ClosedRange<Int64>

  var placeholder: Int64 { range.lowerBound }

  var schema: Schema {
    var schema = Schema.integer.with("format", "int64")
    if range.lowerBound > .min { schema = schema.with("minimum", .int(range.lowerBound)) }
    if range.upperBound < .max { schema = schema.with("maximum", .int(range.upperBound)) }
    return schema
  }

  func read(_ json: JSONValue) throws(FieldFault) -> Int64 {
    guard case .number(let text) = json else { throw FieldFault(.wrongType, limit: "integer") }
    return try read(text: text)
  }

  func read(text: String) throws(FieldFault) -> Int64 {
    guard let value = Int64(text) else {
      let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
      guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { throw FieldFault(.wrongType, limit: "integer") }
      throw text.hasPrefix("-") ? tooSmall : tooLarge
    }
    if value < range.lowerBound { throw tooSmall }
    if value > range.upperBound { throw tooLarge }
    return value
  }

  private var tooSmall: FieldFault { FieldFault(.tooSmall, limit: "≥ \(range.lowerBound)") }
  private var tooLarge: FieldFault { FieldFault(.tooLarge, limit: "≤ \(range.upperBound)") }
}

extension FieldType where Self == IntegerField {
  static func integer(min minimum: Int64, max maximum: Int64 = .max) -> IntegerField { IntegerField(range: minimum...maximum) }
}

/// A text within bounds, counted in Unicode scalars as PostgreSQL counts characters.
struct TextField: FieldType {
  enum Form: Sendable {
    case any
    /// A local part, an at sign and a domain. Whether it exists is for a message to find out.
    case email
    /// An absolute address of the web.
    case webAddress
    /// Two letters.
    case countryCode
    /// `#RRGGBB`.
    case color
  }

  let count: ClosedRange<Int>
  let form: Form

  var placeholder: String { "" }

  var schema: Schema {
    var schema = Schema.text.with("maxLength", .int(Int64(count.upperBound)))
    if count.lowerBound > 0 { schema = schema.with("minLength", .int(Int64(count.lowerBound))) }
    switch form {
    case .any: break
    case .email: schema = schema.with("format", "email")
    case .webAddress: schema = schema.with("format", "uri")
    case .countryCode: schema = schema.with("pattern", "^[A-Z]{2}$")
    case .color: schema = schema.with("pattern", "^#[0-9A-Fa-f]{6}$")
    }
    return schema
  }

  func read(_ json: JSONValue) throws(FieldFault) -> String {
    guard case .string(let text) = json else { throw FieldFault(.wrongType, limit: "string") }
    if text.utf8.contains(0) { throw FieldFault(.nulCharacter) }
    // The number of bytes bounds that of scalars, so most texts need no counting.
    if text.utf8.count > count.upperBound, text.unicodeScalars.count > count.upperBound {
      throw FieldFault(.tooLong, limit: "≤ \(count.upperBound)")
    }
    if count.lowerBound > 0, text.unicodeScalars.count < count.lowerBound { throw FieldFault(.tooShort, limit: "≥ \(count.lowerBound)") }
    if !hasForm(text) { throw FieldFault(.invalidFormat) }
    return text
  }

  private func hasForm(_ text: String) -> Bool {
    switch form {
    case .any: return true
    case .email:
      guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")), at != text.startIndex else { return false }
      let domain = text[text.utf8.index(after: at)...]
      return !domain.isEmpty && !domain.hasPrefix(".") && !domain.hasSuffix(".")
        && !text.unicodeScalars.contains { $0.value <= 32 || $0.value == 127 }
    case .webAddress:
      return (text.hasPrefix("https://") || text.hasPrefix("http://"))
        && !text.unicodeScalars.contains { $0.value <= 32 || $0.value == 127 }
    case .countryCode: return text.utf8.count == 2 && text.utf8.allSatisfy { $0 >= 65 && $0 <= 90 }
    case .color:
      return text.utf8.count == 7 && text.hasPrefix("#")
        && text.utf8.dropFirst().allSatisfy { (48...57).contains($0) || (65...70).contains($0) || (97...102).contains($0) }
    }
  }
}

extension FieldType where Self == TextField {
  /// A text that may not be empty.
  static func text(_ maximum: Int, min minimum: Int = 1, _ form: TextField.Form = .any) -> TextField {
    TextField(count: minimum...maximum, form: form)
  }
}

/// `true` or `false`.
struct BoolField: FieldType {
  var placeholder: Bool { false }
  var schema: Schema { .boolean }

  func read(_ json: JSONValue) throws(FieldFault) -> Bool {
    guard case .bool(let value) = json else { throw FieldFault(.wrongType, limit: "boolean") }
    return value
  }

  func read(text: String) throws(FieldFault) -> Bool {
    switch text {
    case "true", "1": return true
    case "false", "0": return false
    default: throw FieldFault(.wrongType, limit: "boolean")
    }
  }
}

extension FieldType where Self == BoolField {
  static var bool: BoolField { BoolField() }
}

/// One name of an enumeration.
struct ChoiceField<Choice: RawRepresentable<String> & CaseIterable & Sendable>: FieldType {
  var placeholder: Choice { Choice.allCases.first! }
  var schema: Schema { .choice(names) }
  private var names: [String] { Choice.allCases.map(\.rawValue) }

  func read(_ json: JSONValue) throws(FieldFault) -> Choice {
    guard case .string(let text) = json else { throw FieldFault(.wrongType, limit: "string") }
    guard let value = Choice(rawValue: text) else { throw FieldFault(.valueNotAllowed, limit: names.joined(separator: ", ")) }
    return value
  }
}

extension FieldType {
  static func choice<Choice>(_ type: Choice.Type) -> Self where Self == ChoiceField<Choice> { ChoiceField() }
}

/// A list of values of one type, none of them twice.
struct ListField<Element: FieldType>: FieldType where Element.Value: Hashable {
  let element: Element
  let maximumCount: Int

  var placeholder: [Element.Value] { [] }
  var schema: Schema {
    Schema.array(element.schema).with("maxItems", .int(Int64(maximumCount))).with("uniqueItems", true)
  }

  func read(_ json: JSONValue) throws(FieldFault) -> [Element.Value] {
    guard case .array(let elements) = json else { throw FieldFault(.wrongType, limit: "array") }
    guard elements.count <= maximumCount else { throw FieldFault(.tooLong, limit: "≤ \(maximumCount)") }
    var values: [Element.Value] = []
    var seen: Set<Element.Value> = []
    for (index, json) in elements.enumerated() {
      do throws(FieldFault) {
        let value = try element.read(json)
        guard seen.insert(value).inserted else { throw FieldFault(.valueNotAllowed) }
        values.append(value)
      } catch {
        throw FieldFault(error.code, limit: error.limit, at: "/\(index)\(error.path)")
      }
    }
    return values
  }
}

extension FieldType {
  static func list<Element>(of element: Element, atMost count: Int) -> Self where Self == ListField<Element> {
    ListField(element: element, maximumCount: count)
  }
}
