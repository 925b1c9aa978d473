/// An amount of money: a whole number of cents of `currencyCode`. Every operation is exact or throws; none wraps.
public struct Cents: RawRepresentable, Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The number of cents; may be negative.
  public let rawValue: Int64

  /// The currency of every amount of the system (ISO 4217).
  public static let currencyCode = "EUR"

  /// Nothing.
  public static let zero = Cents(0)

  /// An amount of so many cents.
  public init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  /// An amount of so many cents.
  public init(_ cents: Int64) {
    rawValue = cents
  }

  /// Reads the one form in which amounts are written outside of events: an optional minus, digits without leading
  /// zeros, a point, exactly two decimals. `12.5`, `012.50`, `+1.00`, `-0.00` and exponents are refused.
  ///
  /// - Throws: `MoneyError.malformedAmount`, or `overflow` for a well-formed amount of 2^63 cents or more.
  public init(decimal text: String) throws(MoneyError) {
    var digits = Substring(text).utf8
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits.removeFirst() }
    let (count, first) = (digits.count, digits.first)
    guard count >= 4, count == 4 || first != UInt8(ascii: "0") else { throw .malformedAmount }
    // Well-formedness first, so that a long text of letters is malformed and not too large.
    for (index, byte) in digits.enumerated() {
      let isPoint = byte == UInt8(ascii: ".")
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      guard index == count - 3 ? isPoint : isDigit else { throw .malformedAmount }
    }
    var value: Int64 = 0
    for byte in digits where byte != UInt8(ascii: ".") {
      let digit = Int64(byte - UInt8(ascii: "0"))
      // Towards the sign, so that the smallest amount is reached without passing the largest.
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (next, carry) =
        isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
      guard !overflow, !carry else { throw .overflow }
      value = next
    }
    guard !(isNegative && value == 0) else { throw .malformedAmount }
    rawValue = value
  }

  /// The form that `init(decimal:)` reads: `12.50`, `-0.05`.
  public var description: String {
    let (whole, part) = rawValue.magnitude.quotientAndRemainder(dividingBy: 100)
    return "\(rawValue < 0 ? "-" : "")\(whole).\(part < 10 ? "0" : "")\(part)"
  }

  /// By amount.
  public static func < (left: Cents, right: Cents) -> Bool {
    left.rawValue < right.rawValue
  }

  /// The sum. Throws `MoneyError.overflow`.
  public func adding(_ other: Cents) throws(MoneyError) -> Cents {
    let (sum, overflow) = rawValue.addingReportingOverflow(other.rawValue)
    guard !overflow else { throw .overflow }
    return Cents(sum)
  }

  /// The difference. Throws `MoneyError.overflow`.
  public func subtracting(_ other: Cents) throws(MoneyError) -> Cents {
    let (difference, overflow) = rawValue.subtractingReportingOverflow(other.rawValue)
    guard !overflow else { throw .overflow }
    return Cents(difference)
  }

  /// So many times the amount. Throws `MoneyError.overflow`.
  public func multiplied(by count: Int64) throws(MoneyError) -> Cents {
    let (product, overflow) = rawValue.multipliedReportingOverflow(by: count)
    guard !overflow else { throw .overflow }
    return Cents(product)
  }

  /// The sum of all, zero for none. Throws `MoneyError.overflow` only when the sum itself does not fit, in whatever
  /// order the amounts come.
  public static func sum(_ amounts: some Sequence<Cents>) throws(MoneyError) -> Cents {
    var total: Int128 = 0
    for amount in amounts { total += Int128(amount.rawValue) }
    return try Cents(exactly: total)
  }

  /// The amount times `numerator` / `denominator`, to the nearest cent, an exact half away from zero.
  ///
  /// The product has 128 bits, so only a result that does not fit throws `MoneyError.overflow`. `denominator` must be
  /// positive.
  public func scaled(by numerator: Int64, over denominator: Int64) throws(MoneyError) -> Cents {
    let product = Int128(rawValue) * Int128(numerator)
    return try Cents(exactly: halfUp(product, over: Int128(denominator)))
  }

  init(exactly value: Int128) throws(MoneyError) {
    guard let cents = Int64(exactly: value) else { throw .overflow }
    rawValue = cents
  }
}

/// Division to the nearest integer, an exact half away from zero. `denominator` must be positive.
func halfUp(_ numerator: Int128, over denominator: Int128) -> Int128 {
  precondition(denominator > 0, "a share of something positive")
  let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
  // Doubling the remainder, not the numerator: the remainder is below the denominator.
  guard remainder.magnitude * 2 >= denominator.magnitude else { return quotient }
  return numerator < 0 ? quotient - 1 : quotient + 1
}
