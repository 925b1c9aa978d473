/// A promo percentage: from 0 to 100, with at most four decimals.
public struct Percentage: RawRepresentable, Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Ten-thousandths of a percent: 15 % is 150000.
  public let rawValue: Int64

  /// A percentage of so many ten-thousandths of a percent; nil outside 0..100.
  public init?(rawValue: Int64) {
    guard (0...1_000_000).contains(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  /// Reads `15`, `7.5` or `33.3333`. Throws `MoneyError.malformedPercentage`.
  public init(decimal text: String) throws(MoneyError) {
    guard let value = scaledDecimal(text, places: 4), let percentage = Percentage(rawValue: value) else {
      throw .malformedPercentage
    }
    self = percentage
  }

  /// The shortest form: `15`, `7.5`.
  public var description: String {
    decimalText(rawValue, places: 4)
  }

  /// By size.
  public static func < (left: Percentage, right: Percentage) -> Bool {
    left.rawValue < right.rawValue
  }

  /// This share of an amount, half-up to the cent.
  public func share(of amount: Cents) throws(MoneyError) -> Cents {
    try amount.scaled(by: rawValue, over: 1_000_000)
  }
}
