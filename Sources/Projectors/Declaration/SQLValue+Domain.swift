import Aggregates
import EventSourcing
import JSON

/// How the domain's types stand in columns.
extension SQLValue {
  static func id(_ id: some EntityID) -> SQLValue { .int(id.rawValue) }
  static func id(_ id: (some EntityID)?) -> SQLValue { id.map { .int($0.rawValue) } ?? .null }
  /// An amount in a column with two decimals.
  static func money(_ amount: Cents) -> SQLValue { .decimal(amount.rawValue) }
  static func money(_ amount: Cents?) -> SQLValue { amount.map { .decimal($0.rawValue) } ?? .null }
  /// A rate in a `numeric(5,2)`: the domain keeps thousandths of a percent, the column hundredths.
  static func rate(_ rate: VATRate) -> SQLValue { .decimal((rate.rawValue + 5) / 10) }
  static func text(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
  static func int(_ number: Int64?) -> SQLValue { number.map { .int($0) } ?? .null }
  static func int(_ number: Int) -> SQLValue { .int(Int64(number)) }
  static func time(_ time: Timestamp?) -> SQLValue { time.map { .timestamp($0) } ?? .null }
  static func name(_ name: some RawRepresentable<String>) -> SQLValue { .text(name.rawValue) }
  static func name(_ name: (some RawRepresentable<String>)?) -> SQLValue { .text(name?.rawValue) }

  /// A tree in a `jsonb`.
  static func json(_ value: JSONValue?) -> SQLValue { value.map { .json($0.serialized) } ?? .null }

  /// An array of texts of JSON values in a `jsonb`.
  static func json(array elements: [[UInt8]]) -> SQLValue {
    .json([UInt8(ascii: "[")] + elements.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")])
  }

  /// `YYYY-MM-DD` in a `date`; null for nil and for what is no day.
  static func date(_ text: String?) -> SQLValue {
    text.flatMap { CivilDate(iso8601: $0) }.map { .int(Int64($0.daysSinceEpoch)) } ?? .null
  }

  /// Decimal text such as `-1.5` in a column of a scale; digits beyond it are dropped. Null for nil and for what is no decimal.
  static func decimalText(_ text: String?, scale: Int) -> SQLValue {
    guard let text else { return .null }
    let negative = text.hasPrefix("-")
    let parts = text.drop { $0 == "-" || $0 == "+" }.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? parts[1].prefix(scale) : ""
    let digits = parts[0] + fraction + String(repeating: "0", count: scale - fraction.count)
    guard let value = Int64(digits) else { return .null }
    return .decimal(negative ? -value : value)
  }
}
