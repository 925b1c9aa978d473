public import EventSourcing

/// A value of one column.
public enum SQLValue: Hashable, Sendable {
  case null
  /// bigint, integer, smallint or date (as days since 1970-01-01), by the column.
  case int(Int64)
  case bool(Bool)
  /// varchar or text. Without U+0000.
  case text(String)
  /// A numeric of the column's scale, in units of its last place: 1250 is 12.50 in a `numeric(10,2)`.
  case decimal(Int64)
  case timestamp(Timestamp)
  /// The text of a JSON value.
  case json([UInt8])
}

extension SQLValue: ExpressibleByNilLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
  public init(nilLiteral: ()) { self = .null }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(stringLiteral value: String) { self = .text(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}
