import Aggregates
import EventSourcing
import JSON

/// A row id: 1 to 2^53 − 1, so that every JSON reader keeps it exactly.
struct IDField<ID: EntityID>: FieldType {
  private static var integer: IntegerField { IntegerField(range: 1...(1 << 53 - 1)) }

  var placeholder: ID { ID(1) }
  var schema: Schema { .id }

  func read(_ json: JSONValue) throws(FieldFault) -> ID {
    ID(try Self.integer.read(json))
  }

  func read(text: String) throws(FieldFault) -> ID {
    ID(try Self.integer.read(text: text))
  }
}

extension FieldType {
  static func id<ID>(_ type: ID.Type) -> Self where Self == IDField<ID> { IDField() }
}

/// A decimal number, read into an integer of its smallest unit.
///
/// Accepted as a string (`"12.50"`) or as a JSON number by its text, never through a binary fraction.
struct DecimalField: FieldType {
  /// Digits after the point.
  let scale: Int
  /// In the smallest unit.
  let range: ClosedRange<Int64>

  var placeholder: Int64 { range.lowerBound }

  var schema: Schema {
    Schema([
      "type": ["string", "number"],
      "pattern": .string("^-?[0-9]+(\\.[0-9]{1,\(scale)})?$"),
      "description": .string(
        "Decimal with at most \(scale) digits after the point, \(text(range.lowerBound)) to \(text(range.upperBound))."),
    ])
  }

  func read(_ json: JSONValue) throws(FieldFault) -> Int64 {
    switch json {
    case .string(let text), .number(let text): return try read(text: text)
    default: throw FieldFault(.wrongType, limit: "decimal")
    }
  }

  func read(text: String) throws(FieldFault) -> Int64 {
    var bytes = Array(text.utf8)[...]
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative { bytes = bytes.dropFirst() }
    let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? parts[1] : []
    guard let whole = parts.first, !whole.isEmpty, parts.count == 1 || !fraction.isEmpty,
      (whole + fraction).allSatisfy({ $0 >= 48 && $0 <= 57 })
    else { throw FieldFault(.invalidFormat, limit: "decimal") }
    guard fraction.count <= scale else { throw FieldFault(.invalidFormat, limit: "≤ \(scale) decimals") }
    var value: Int64 = 0
    for digit in whole + fraction + Array(repeating: UInt8(48), count: scale - fraction.count) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int64(digit - 48))
      if overflow || carry { throw isNegative ? tooSmall : tooLarge }
      value = sum
    }
    if isNegative { value = -value }
    if value < range.lowerBound { throw tooSmall }
    if value > range.upperBound { throw tooLarge }
    return value
  }

  private var tooSmall: FieldFault { FieldFault(.tooSmall, limit: "≥ \(text(range.lowerBound))") }
  private var tooLarge: FieldFault { FieldFault(.tooLarge, limit: "≤ \(text(range.upperBound))") }

  /// A number of the smallest unit in decimal notation.
  private func text(_ value: Int64) -> String {
    DecimalText.text(value, scale: scale)
  }
}

extension FieldType where Self == DecimalField {
  /// A decimal with `scale` digits after the point; bounds count its smallest unit.
  static func decimal(scale: Int, min minimum: Int64, max maximum: Int64) -> DecimalField {
    DecimalField(scale: scale, range: minimum...maximum)
  }
}

/// How integers of a smallest unit are written as decimals.
enum DecimalText {
  static func text(_ value: Int64, scale: Int) -> String {
    let digits = String(value.magnitude)
    let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
    let sign = value < 0 ? "-" : ""
    return scale == 0 ? sign + padded : "\(sign)\(padded.dropLast(scale)).\(padded.suffix(scale))"
  }
}

/// An amount in euros, read into cents.
struct MoneyField: FieldType {
  private let decimal: DecimalField

  init(_ range: ClosedRange<Int64>) {
    decimal = DecimalField(scale: 2, range: range)
  }

  var placeholder: Cents { .zero }
  var schema: Schema { decimal.schema }

  func read(_ json: JSONValue) throws(FieldFault) -> Cents { Cents(rawValue: try decimal.read(json)) }
  func read(text: String) throws(FieldFault) -> Cents { Cents(rawValue: try decimal.read(text: text)) }
}

extension FieldType where Self == MoneyField {
  /// 0 to the largest amount of a `numeric(10,2)`.
  static var money: MoneyField { MoneyField(0...9_999_999_999) }
}

/// A moment.
struct TimeField: FieldType {
  var placeholder: Timestamp { Timestamp(microseconds: 0) }
  var schema: Schema { .time }

  func read(_ json: JSONValue) throws(FieldFault) -> Timestamp {
    guard case .string(let text) = json else { throw FieldFault(.wrongType, limit: "string") }
    guard let value = Timestamp(rfc3339: text) else { throw FieldFault(.invalidFormat, limit: "RFC 3339") }
    return value
  }
}

extension FieldType where Self == TimeField {
  static var time: TimeField { TimeField() }
}
