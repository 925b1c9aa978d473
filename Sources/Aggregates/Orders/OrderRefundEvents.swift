public import EventSourcing
public import JSON

/// Money went back.
public struct OrderRefunded: Hashable, Sendable {
  public static let type = EventType("OrderRefunded", .public)

  public var orderID: OrderID
  public var orderNumber: String
  public var userID: UserID
  public var refundID: RefundID
  public var lines: [RefundLine]
  /// Of this refund, with tax.
  public var amount: Cents
  public var refundedInAll: Cents
  /// Whether everything captured has gone back.
  public var complete: Bool
}

extension OrderRefunded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    orderNumber = try json.string("order_number")
    userID = try json.id("user_id")
    refundID = try json.id("refund_id")
    lines = try json.array("lines") { try RefundLine(from: &$0) }
    amount = try json.cents("amount")
    refundedInAll = try json.cents("refunded_in_all")
    complete = try json.bool("complete")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("order_number", orderNumber)
    json.field("user_id", userID)
    json.field("refund_id", refundID)
    json.array("lines", lines) { $1.encode(to: &$0) }
    json.field("amount", amount)
    json.field("refunded_in_all", refundedInAll)
    json.field("complete", complete)
  }
}

/// Goods came back.
public struct OrderReturned: Hashable, Sendable {
  public static let type = EventType("OrderReturned", .public)

  public var orderID: OrderID
  public var orderNumber: String
  public var userID: UserID
  public var lines: [StockItem]
  /// Whether all lines have come back.
  public var complete: Bool
}

extension OrderReturned: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    orderNumber = try json.string("order_number")
    userID = try json.id("user_id")
    lines = try json.array("lines") { try StockItem(from: &$0) }
    complete = try json.bool("complete")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("order_number", orderNumber)
    json.field("user_id", userID)
    json.array("lines", lines) { $1.encode(to: &$0) }
    json.field("complete", complete)
  }
}

/// What went back for one line.
public struct RefundLine: Hashable, Sendable {
  public var orderItemID: OrderItemID
  public var quantity: Int64
  public var amountHT: Cents
  public var vat: Cents
}

extension RefundLine: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    orderItemID = try json.id("order_item_id")
    quantity = try json.int64("quantity")
    amountHT = try json.cents("amount_ht")
    vat = try json.cents("vat")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_item_id", orderItemID)
    json.field("quantity", quantity)
    json.field("amount_ht", amountHT)
    json.field("vat", vat)
  }
}
