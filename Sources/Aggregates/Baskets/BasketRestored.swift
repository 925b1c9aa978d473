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

/// The order failed, and its lines and codes went into the basket that the buyer has opened meanwhile. Nothing follows on this stream.
public struct BasketMerged: Hashable, Sendable {
  public static let type = EventType("BasketMerged", .public)

  public var basketID: BasketID
  public var userID: UserID
  public var orderID: OrderID
  public var reason: OrderCancellationReason
  public var intoBasketID: BasketID
}

extension BasketMerged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    basketID = try json.id("basket_id")
    userID = try json.id("user_id")
    orderID = try json.id("order_id")
    reason = try json.name("reason")
    intoBasketID = try json.id("into_basket_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("basket_id", basketID)
    json.field("user_id", userID)
    json.field("order_id", orderID)
    json.field("reason", name: reason)
    json.field("into_basket_id", intoBasketID)
  }
}
