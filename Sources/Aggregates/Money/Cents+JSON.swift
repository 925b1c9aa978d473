public import JSON

extension JSONObjectReader {
  /// An amount as messages and HTTP bodies hold it: a string such as `"12.50"`, never a number.
  ///
  /// - Throws: `JSONError` when the field is missing or no string, `MoneyError` when the string is no amount.
  public mutating func decimalCents(_ key: StaticString) throws -> Cents {
    try Cents(decimal: try string(key))
  }

  /// An amount as messages and HTTP bodies hold it; nil when missing or null.
  public mutating func optionalDecimalCents(_ key: StaticString) throws -> Cents? {
    guard let text = try optionalString(key) else { return nil }
    return try Cents(decimal: text)
  }
}

extension JSONWriter {
  /// An amount as messages and HTTP bodies hold it: a string with two decimals.
  public mutating func decimalCents(_ key: StaticString, _ amount: Cents) {
    field(key, amount.description)
  }

  /// An amount as messages and HTTP bodies hold it, or null.
  public mutating func decimalCents(_ key: StaticString, _ amount: Cents?) {
    field(key, amount?.description)
  }
}
