public import EventSourcing
public import JSON

/// The basket is frozen, its prices, codes and addresses are fixed, and the order that comes of it has its id and number.
public struct CheckoutStarted: Hashable, Sendable {
  public static let type = EventType("CheckoutStarted", .public)

  public var basketID: BasketID
  public var userID: UserID
  /// Counted from 1; a reopened basket opens the next one.
  public var attempt: Int
  public var orderID: OrderID
  public var orderNumber: String
  public var websiteID: WebsiteID?
  public var billingAddressID: AddressID
  public var shippingAddressID: AddressID?
  public var paymentMethod: PaymentMethod
  /// In the basket's order, which decides the cents.
  public var lines: [CheckoutLine]
  /// Those that give something.
  public var codes: [CheckoutCode]
  public var totals: CheckoutTotals
  /// The log position of the copies that prices and rates were read from.
  public var copiesPosition: Int64
  public var personal: Personal?

  public var subject: SubjectID { userID.subject }

  public struct Personal: Hashable, Sendable {
    public var notes: String?
    public var paymentToken: String?
  }
}

extension CheckoutStarted: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    basketID = try json.id("basket_id")
    userID = try json.id("user_id")
    attempt = try json.int("attempt")
    orderID = try json.id("order_id")
    orderNumber = try json.string("order_number")
    websiteID = try json.optionalID("website_id")
    billingAddressID = try json.id("billing_address_id")
    shippingAddressID = try json.optionalID("shipping_address_id")
    paymentMethod = try json.name("payment_method")
    lines = try json.array("lines") { try CheckoutLine(from: &$0) }
    codes = try json.array("codes") { try CheckoutCode(from: &$0) }
    totals = try json.object("totals") { try CheckoutTotals(from: &$0) }
    copiesPosition = try json.int64("copies_position")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("basket_id", basketID)
    json.field("user_id", userID)
    json.field("attempt", attempt)
    json.field("order_id", orderID)
    json.field("order_number", orderNumber)
    json.field("website_id", websiteID)
    json.field("billing_address_id", billingAddressID)
    json.field("shipping_address_id", shippingAddressID)
    json.field("payment_method", name: paymentMethod)
    json.array("lines", lines) { $1.encode(to: &$0) }
    json.array("codes", codes) { $1.encode(to: &$0) }
    json.object("totals") { totals.encode(to: &$0) }
    json.field("copies_position", copiesPosition)
  }
}

extension CheckoutStarted.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    notes = try json.optionalString("notes")
    paymentToken = try json.optionalString("payment_token")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("notes", notes)
    json.field("payment_token", paymentToken)
  }
}

/// A line with its price, rate and share of discount and VAT, as they will stand in the order.
public struct CheckoutLine: Hashable, Sendable {
  public var itemID: BasketItemID
  public var orderItemID: OrderItemID
  public var productID: ProductID
  public var productName: String
  public var productRef: String
  public var quantity: Int64
  public var unitPriceHT: Cents
  /// Price without tax and its VAT, rounded.
  public var unitPriceTTC: Cents
  public var vatRate: VATRate
  /// Before discount.
  public var totalHT: Cents
  public var discount: Cents
  /// On what is left after the discount.
  public var vat: Cents
  public var totalTTC: Cents
  /// Why it cannot be withdrawn from, as the product said when it was ordered; nil: it can.
  public var withdrawalExclusion: WithdrawalExclusion?
}

extension CheckoutLine: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    itemID = try json.id("item_id")
    orderItemID = try json.id("order_item_id")
    productID = try json.id("product_id")
    productName = try json.string("product_name")
    productRef = try json.string("product_ref")
    quantity = try json.int64("quantity")
    unitPriceHT = try json.cents("unit_price_ht")
    unitPriceTTC = try json.cents("unit_price_ttc")
    vatRate = try json.vatRate("vat_rate")
    totalHT = try json.cents("total_ht")
    discount = try json.cents("discount")
    vat = try json.cents("vat")
    totalTTC = try json.cents("total_ttc")
    withdrawalExclusion = try json.optionalName("withdrawal_exclusion")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("item_id", itemID)
    json.field("order_item_id", orderItemID)
    json.field("product_id", productID)
    json.field("product_name", productName)
    json.field("product_ref", productRef)
    json.field("quantity", quantity)
    json.field("unit_price_ht", unitPriceHT)
    json.field("unit_price_ttc", unitPriceTTC)
    json.field("vat_rate", vatRate)
    json.field("total_ht", totalHT)
    json.field("discount", discount)
    json.field("vat", vat)
    json.field("total_ttc", totalTTC)
    json.field("withdrawal_exclusion", name: withdrawalExclusion)
  }
}

/// A code that gives a discount to the order.
public struct CheckoutCode: Hashable, Sendable {
  public var promoCodeID: PromoCodeID
  public var code: String
  public var amount: Cents
}

extension CheckoutCode: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    promoCodeID = try json.id("promo_code_id")
    code = try json.string("code")
    amount = try json.cents("amount")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("promo_code_id", promoCodeID)
    json.field("code", code)
    json.field("amount", amount)
  }
}

/// The sums of money.md.
public struct CheckoutTotals: Hashable, Sendable {
  /// Before discount.
  public var subtotalHT: Cents
  public var totalDiscount: Cents
  /// After discount.
  public var totalHT: Cents
  public var totalVAT: Cents
  public var totalTTC: Cents
}

extension CheckoutTotals: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    subtotalHT = try json.cents("subtotal_ht")
    totalDiscount = try json.cents("total_discount")
    totalHT = try json.cents("total_ht")
    totalVAT = try json.cents("total_vat")
    totalTTC = try json.cents("total_ttc")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("subtotal_ht", subtotalHT)
    json.field("total_discount", totalDiscount)
    json.field("total_ht", totalHT)
    json.field("total_vat", totalVAT)
    json.field("total_ttc", totalTTC)
  }
}
