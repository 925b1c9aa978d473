public import EventSourcing
public import JSON

/// The terms of a code as they were when it was put on a basket; decides the basket's shown amount. Checkout reads them anew.
public struct AppliedCode: Hashable, Sendable {
  public var kind: DiscountKind
  /// Hundredths: of a percent, or cents without tax.
  public var discount: Int64
  public var minOrderAmount: Cents?
  public var maxDiscount: Cents?
  /// Whether other codes may stand beside it.
  public var combinable: Bool
  /// The products it covers.
  public var productIDs: [ProductID]
  /// The categories it covers; with `productIDs` empty as well: everything.
  public var categoryIDs: [Int64]
}

extension AppliedCode: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    kind = try json.name("kind")
    discount = try json.int64("discount")
    minOrderAmount = try json.optionalCents("min_order_amount")
    maxDiscount = try json.optionalCents("max_discount")
    combinable = try json.bool("combinable")
    productIDs = try json.ids("product_ids")
    categoryIDs = try json.int64Array("category_ids")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("kind", name: kind)
    json.field("discount", discount)
    json.field("min_order_amount", minOrderAmount)
    json.field("max_discount", maxDiscount)
    json.field("combinable", combinable)
    json.field("product_ids", productIDs)
    json.field("category_ids", categoryIDs)
  }
}

/// A line as it stands in a basket.
public struct BasketLine: Hashable, Sendable {
  public var itemID: BasketItemID
  public var productID: ProductID
  public var quantity: Int64
  /// Unit price without tax.
  public var priceHT: Cents

  public init(itemID: BasketItemID, productID: ProductID, quantity: Int64, priceHT: Cents) {
    self.itemID = itemID
    self.productID = productID
    self.quantity = quantity
    self.priceHT = priceHT
  }
}

extension BasketLine: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    itemID = try json.id("item_id")
    productID = try json.id("product_id")
    quantity = try json.int64("quantity")
    priceHT = try json.cents("price_ht")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("item_id", itemID)
    json.field("product_id", productID)
    json.field("quantity", quantity)
    json.field("price_ht", priceHT)
  }
}

/// A code as it stands on a basket.
public struct BasketCode: Hashable, Sendable {
  /// Row of `basket_promo_code`.
  public var linkID: LinkID
  public var promoCodeID: PromoCodeID
  public var code: String

  public init(linkID: LinkID, promoCodeID: PromoCodeID, code: String) {
    self.linkID = linkID
    self.promoCodeID = promoCodeID
    self.code = code
  }
}

extension BasketCode: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    linkID = try json.id("link_id")
    promoCodeID = try json.id("promo_code_id")
    code = try json.string("code")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("link_id", linkID)
    json.field("promo_code_id", promoCodeID)
    json.field("code", code)
  }
}
