public import EventSourcing
public import JSON

/// A historical order, placed and delivered elsewhere. It neither touches stock nor sends messages' side effects; its totals are given, and checked by sums only.
public struct OrderImported: Hashable, Sendable {
  public static let type = EventType("OrderImported", .public)

  public var orderID: OrderID
  public var orderNumber: String
  public var userID: UserID
  /// The order's key in its source.
  public var reference: String
  public var billingAddressID: AddressID
  public var lines: [ImportedOrderLine]
  public var totalDiscount: Cents
  public var totalHT: Cents
  public var totalVAT: Cents
  public var totalTTC: Cents
  /// Paid with manufacturers' coupons: a means of payment, no discount.
  public var couponAmount: Cents
}

extension OrderImported: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    orderNumber = try json.string("order_number")
    userID = try json.id("user_id")
    reference = try json.string("reference")
    billingAddressID = try json.id("billing_address_id")
    lines = try json.array("lines") { try ImportedOrderLine(from: &$0) }
    totalDiscount = try json.cents("total_discount")
    totalHT = try json.cents("total_ht")
    totalVAT = try json.cents("total_vat")
    totalTTC = try json.cents("total_ttc")
    couponAmount = try json.cents("coupon_amount")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("order_number", orderNumber)
    json.field("user_id", userID)
    json.field("reference", reference)
    json.field("billing_address_id", billingAddressID)
    json.array("lines", lines) { $1.encode(to: &$0) }
    json.field("total_discount", totalDiscount)
    json.field("total_ht", totalHT)
    json.field("total_vat", totalVAT)
    json.field("total_ttc", totalTTC)
    json.field("coupon_amount", couponAmount)
  }
}

/// A line of a historical order.
public struct ImportedOrderLine: Hashable, Sendable {
  public var orderItemID: OrderItemID
  public var productID: ProductID
  public var productName: String
  public var productRef: String
  /// As in the source; 0 on lines that are not merchandise.
  public var quantity: Int64
  /// Line total divided by quantity, half-up.
  public var unitPriceHT: Cents
  /// Before discount.
  public var totalHT: Cents
  public var discount: Cents
  public var couponAmount: Cents
  public var merchandise: Bool
}

extension ImportedOrderLine: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    orderItemID = try json.id("order_item_id")
    productID = try json.id("product_id")
    productName = try json.string("product_name")
    productRef = try json.string("product_ref")
    quantity = try json.int64("quantity")
    unitPriceHT = try json.cents("unit_price_ht")
    totalHT = try json.cents("total_ht")
    discount = try json.cents("discount")
    couponAmount = try json.cents("coupon_amount")
    merchandise = try json.bool("merchandise")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_item_id", orderItemID)
    json.field("product_id", productID)
    json.field("product_name", productName)
    json.field("product_ref", productRef)
    json.field("quantity", quantity)
    json.field("unit_price_ht", unitPriceHT)
    json.field("total_ht", totalHT)
    json.field("discount", discount)
    json.field("coupon_amount", couponAmount)
    json.field("merchandise", merchandise)
  }
}

extension CheckoutTotals {
  /// The sums that the source gave.
  public init(_ imported: OrderImported) {
    self.init(
      subtotalHT: Cents(rawValue: imported.totalHT.rawValue + imported.totalDiscount.rawValue), totalDiscount: imported.totalDiscount,
      totalHT: imported.totalHT, totalVAT: imported.totalVAT, totalTTC: imported.totalTTC)
  }
}
