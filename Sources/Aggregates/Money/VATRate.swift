/// A VAT rate: a whole number of thousandths of a percent. `20`, `20.0` and `20.00` are one rate.
public struct VATRate: RawRepresentable, Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Thousandths of a percent: 20 % is 20000, 5.5 % is 5500.
  public let rawValue: Int64

  /// The French rates, highest first, and that of exempt lines.
  public static let french: [VATRate] = [20_000, 10_000, 5_500, 2_100, 0].map { VATRate(rawValue: $0) }

  /// A rate of so many thousandths of a percent, as events hold it. Whether it lies in 0..100 % is checked where text is
  /// read and where tax is computed.
  public init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  /// Reads a percentage such as `20` or `5.5`. Throws `MoneyError.malformedRate`.
  public init(decimal text: String) throws(MoneyError) {
    guard let value = scaledDecimal(text, places: 3) else { throw .malformedRate }
    rawValue = value
    try check()
  }

  /// The shortest form: `20`, `5.5`.
  public var description: String {
    (rawValue < 0 ? "-" : "") + decimalText(Int64(clamping: rawValue.magnitude), places: 3)
  }

  /// By height.
  public static func < (left: VATRate, right: VATRate) -> Bool {
    left.rawValue < right.rawValue
  }

  /// The tax on an amount without tax, half-up to the cent: BR-CO-17 of EN 16931 when the amount is the base of a whole
  /// group. Throws `MoneyError.malformedRate` for a rate outside 0..100 %; it cannot overflow.
  public func vat(on amountHT: Cents) throws(MoneyError) -> Cents {
    try check()
    return try amountHT.scaled(by: rawValue, over: 100_000)
  }

  func check() throws(MoneyError) {
    guard (0...100_000).contains(rawValue) else { throw .malformedRate }
  }
}
