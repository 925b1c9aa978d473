/// What a handler read about a product in its service's copies; prices never come from clients.
public struct ProductFacts: Sendable, Hashable {
  public var productID: ProductID
  public var name: String
  public var ref: String
  /// Unit price without tax.
  public var priceHT: Cents
  public var vatRate: VATRate
  /// Free stock as the copy shows it. It may be late: the stock streams decide.
  public var stock: Int64
  public var isDeleted: Bool
  public var websiteID: WebsiteID?
  /// The categories that the product is in, for codes that name categories.
  public var categoryIDs: Set<Int64>
  /// Why it cannot be withdrawn from; nil: it can.
  public var withdrawalExclusion: WithdrawalExclusion?

  public init(
    productID: ProductID, name: String, ref: String, priceHT: Cents, vatRate: VATRate, stock: Int64, isDeleted: Bool = false,
    websiteID: WebsiteID? = nil, categoryIDs: Set<Int64> = [], withdrawalExclusion: WithdrawalExclusion? = nil
  ) {
    self.productID = productID
    self.name = name
    self.ref = ref
    self.priceHT = priceHT
    self.vatRate = vatRate
    self.stock = stock
    self.isDeleted = isDeleted
    self.websiteID = websiteID
    self.categoryIDs = categoryIDs
    self.withdrawalExclusion = withdrawalExclusion
  }

  /// Unit price with tax.
  /// - Throws: `BasketRejection.priceTooHigh` when a price does not fit the columns of baskets and orders.
  func unitPriceTTC() throws(BasketRejection) -> Cents {
    guard SalesLimits.unitPrices.contains(priceHT.rawValue), let price = try? PriceWithTax(ht: priceHT, vatRate: vatRate),
      SalesLimits.unitPrices.contains(price.ttc.rawValue)
    else { throw .priceTooHigh(productID) }
    return price.ttc
  }
}
