/// Why an amount could not be read or computed. All of them are invalid input to the caller (422), never a crash.
public enum MoneyError: Error, Sendable, Hashable {
  /// The result does not fit in a signed 64-bit number of cents.
  case overflow
  /// The text is no amount in the one accepted form: `12.50`, `-0.05`.
  case malformedAmount
  /// The text is no VAT rate, or one outside 0..100 or with more than three decimals.
  case malformedRate
  /// The text is no percentage, or one outside 0..100 or with more than four decimals.
  case malformedPercentage
  /// A price, a weight or a limit is below zero.
  case negativeAmount
  /// A quantity below 1, or more units returned than there are.
  case invalidQuantity
}
