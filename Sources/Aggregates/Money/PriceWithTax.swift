/// One price with and without tax, of which the shop entered one and the other is derived.
///
/// From HT to TTC and back always gives the first value; from TTC to HT and back does not (at 20 % no HT price gives
/// 0.03). So what was entered is stored with `priceIncludesVat`, and a derived price is never stored as the source.
public struct PriceWithTax: Sendable, Hashable {
  /// Without tax.
  public let ht: Cents
  /// The tax: `ttc` - `ht`.
  public let vat: Cents
  /// With tax.
  public let ttc: Cents
  /// Whether `ttc` was entered and `ht` derived.
  public let priceIncludesVat: Bool

  /// From a price without tax: VAT is its share, half-up. Throws `MoneyError.overflow`, and
  /// `malformedRate` for a rate outside 0..100 %.
  public init(ht: Cents, vatRate: VATRate) throws(MoneyError) {
    self.ht = ht
    vat = try vatRate.vat(on: ht)
    ttc = try ht.adding(vat)
    priceIncludesVat = false
  }

  /// From a price with tax: HT is TTC / (1 + rate / 100), half-up, and VAT the difference. Throws
  /// `MoneyError.malformedRate` for a rate outside 0..100 %.
  public init(ttc: Cents, vatRate: VATRate) throws(MoneyError) {
    try vatRate.check()
    self.ttc = ttc
    ht = try ttc.scaled(by: 100_000, over: 100_000 + vatRate.rawValue)
    vat = try ttc.subtracting(ht)
    priceIncludesVat = true
  }
}
