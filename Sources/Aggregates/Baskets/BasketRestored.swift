public import EventSourcing
public import JSON

/// The order failed; the same lines and codes can be changed and ordered again.
public struct BasketReopened: Hashable, Sendable {
  public static let type = EventType("BasketReopened", .public)

  public var basketID: BasketID
  public var userID: UserID
  public var orderID: OrderID
  /// The attempt that comes next.
  public var attempt: Int
  public var reason: OrderCancellationReason
  /// All lines, in the basket's order, as they stand again.
  public var lines: [BasketLine]
  /// All codes, in the order they were entered.
  public var codes: [BasketCode]
  /// Sum of the lines without tax, before discounts.
  public var subtotal: Cents
  /// Without tax, after discounts.
  public var amount: Cents
}

extension BasketReopened: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    basketID = try json.id("basket_id")
    userID = try json.id("user_id")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    reason = try json.name("reason")
    lines = try json.array("lines") { try BasketLine(from: &$0) }
    codes = try json.array("codes") { try BasketCode(from: &$0) }
    subtotal = try json.cents("subtotal")
    amount = try json.cents("amount")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("basket_id", basketID)
    json.field("user_id", userID)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("reason", name: reason)
    json.array("lines", lines) { $1.encode(to: &$0) }
    json.array("codes", codes) { $1.encode(to: &$0) }
    json.field("subtotal", subtotal)
    json.field("amount", amount)
  }
}

/// The order failed, and its lines and codes went into the basket that the buyer has opened meanwhile, but for what did not fit there.
/// Nothing follows on this stream.
public struct BasketMerged: Hashable, Sendable {
  public static let type = EventType("BasketMerged", .public)

  public var basketID: BasketID
  public var userID: UserID
  public var orderID: OrderID
  public var reason: OrderCancellationReason
  public var intoBasketID: BasketID
  /// What the buyer has not got back; a mail to him can say so.
  public var leftOut: LeftOut
}

/// What of a failed order did not fit into the buyer's newer basket.
public struct LeftOut: Hashable, Sendable {
  /// In the order of the old basket.
  public var lines: [Line] = []
  /// In the order in which they were entered.
  public var codes: [Code] = []

  public struct Line: Hashable, Sendable {
    public var productID: ProductID
    /// How many of it are missing in the newer basket; its line may hold the rest.
    public var quantity: Int64
    public var reason: Reason
  }

  public struct Code: Hashable, Sendable {
    public var promoCodeID: PromoCodeID
    public var code: String
    public var reason: Reason
  }

  /// Why something was left out.
  public enum Reason: String, Sendable, Hashable, CaseIterable {
    /// A line holds no more of one product.
    case quantityLimit = "quantity_limit"
    /// The basket has as many lines as it may.
    case lineLimit = "line_limit"
    /// The basket has as many codes as it may.
    case codeLimit = "code_limit"
    /// The basket's sum would not fit its column.
    case amountLimit = "amount_limit"
    /// The code, or one that is on the newer basket, does not stand beside others.
    case notCombinable = "not_combinable"
  }
}

extension BasketMerged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    basketID = try json.id("basket_id")
    userID = try json.id("user_id")
    orderID = try json.id("order_id")
    reason = try json.name("reason")
    intoBasketID = try json.id("into_basket_id")
    leftOut = LeftOut(
      lines: try json.array("left_out_lines") { try LeftOut.Line(from: &$0) },
      codes: try json.array("left_out_codes") { try LeftOut.Code(from: &$0) })
  }

  public func encode(to json: inout JSONWriter) {
    json.field("basket_id", basketID)
    json.field("user_id", userID)
    json.field("order_id", orderID)
    json.field("reason", name: reason)
    json.field("into_basket_id", intoBasketID)
    json.array("left_out_lines", leftOut.lines) { $1.encode(to: &$0) }
    json.array("left_out_codes", leftOut.codes) { $1.encode(to: &$0) }
  }
}

extension LeftOut.Line: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    quantity = try json.int64("quantity")
    reason = try json.name("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("quantity", quantity)
    json.field("reason", name: reason)
  }
}

extension LeftOut.Code: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    promoCodeID = try json.id("promo_code_id")
    code = try json.string("code")
    reason = try json.name("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("promo_code_id", promoCodeID)
    json.field("code", code)
    json.field("reason", name: reason)
  }
}
