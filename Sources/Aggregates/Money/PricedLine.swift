/// A line of a basket or an order, before any discount.
public struct PricedLine: Sendable, Hashable {
  /// The product, by which codes name the lines they cover.
  public var product: Int64
  /// Price of one unit without tax.
  public var unitPriceHT: Cents
  /// Units, 1 at least.
  public var quantity: Int64
  /// The line's VAT rate.
  public var vatRate: VATRate

  /// A line; what it breaks is reported by `Pricing.totals`.
  public init(product: Int64, unitPriceHT: Cents, quantity: Int64, vatRate: VATRate) {
    self.product = product
    self.unitPriceHT = unitPriceHT
    self.quantity = quantity
    self.vatRate = vatRate
  }
}

/// The carriage of a basket that has a price for it.
public struct Shipping: Sendable, Hashable {
  /// Price without tax.
  public var priceHT: Cents
  /// The VAT rate of the carriage; it shares the group of the lines of this rate.
  public var vatRate: VATRate

  /// A carriage; what it breaks is reported by `Pricing.totals`.
  public init(priceHT: Cents, vatRate: VATRate) {
    self.priceHT = priceHT
    self.vatRate = vatRate
  }
}
