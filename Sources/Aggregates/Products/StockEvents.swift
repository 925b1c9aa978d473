public import EventSourcing
public import JSON

/// Why stock was adjusted by hand.
public enum StockReason: String, Sendable, Hashable, CaseIterable {
  case set, increment, decrement, imported, shortage
}

/// Why a reservation was given back.
public enum ReleaseReason: String, Sendable, Hashable, CaseIterable {
  case orderCancelled = "order_cancelled"
  case paymentFailed = "payment_failed"
  case captureFailed = "capture_failed"
  case expired
}

/// What happens to the stock of a product (stream `stock-<product id>`). Its fold holds only on hand and reserved, and the rule 0 <= reserved <= on hand.
public enum StockEvent: AggregateEvent {
  case stockAdjusted(StockAdjusted)
  case stockReserved(StockReserved)
  case stockReleased(StockReleased)
  case stockDispatched(StockDispatched)
  case stockReturned(StockReturned)

  public static let decoder = EventDecoder<StockEvent>([
    EventCase(StockAdjusted.self, StockEvent.stockAdjusted),
    EventCase(StockReserved.self, StockEvent.stockReserved),
    EventCase(StockReleased.self, StockEvent.stockReleased),
    EventCase(StockDispatched.self, StockEvent.stockDispatched),
    EventCase(StockReturned.self, StockEvent.stockReturned),
  ])

  public var payload: any EventPayload {
    switch self {
    case .stockAdjusted(let event): event
    case .stockReserved(let event): event
    case .stockReleased(let event): event
    case .stockDispatched(let event): event
    case .stockReturned(let event): event
    }
  }
}

/// Stock before and after an event. Free stock is max(0, on hand - reserved); it is what `products.stock` shows.
public struct StockLevel: Hashable, Sendable {
  public var onHand: Int64
  public var reserved: Int64
  /// Free stock before.
  public var previousStock: Int64
  /// Free stock after.
  public var newStock: Int64
}

extension StockLevel: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    onHand = try json.int64("on_hand")
    reserved = try json.int64("reserved")
    previousStock = try json.int64("previous_stock")
    newStock = try json.int64("new_stock")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("on_hand", onHand)
    json.field("reserved", reserved)
    json.field("previous_stock", previousStock)
    json.field("new_stock", newStock)
  }
}

/// Stock on hand was counted, added to or taken from by hand.
public struct StockAdjusted: Hashable, Sendable {
  public static let type = EventType("StockAdjusted", .public)

  public var productID: ProductID
  public var level: StockLevel
  /// Difference of stock on hand.
  public var change: Int64
  public var reason: StockReason
}

extension StockAdjusted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    level = try json.object("level") { try StockLevel(from: &$0) }
    change = try json.int64("change")
    reason = try json.name("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.object("level") { level.encode(to: &$0) }
    json.field("change", change)
    json.field("reason", name: reason)
  }
}

/// An order holds some of the stock.
public struct StockReserved: Hashable, Sendable {
  public static let type = EventType("StockReserved", .public)

  public var productID: ProductID
  public var orderID: OrderID
  public var quantity: Int64
  public var level: StockLevel
}

extension StockReserved: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    orderID = try json.id("order_id")
    quantity = try json.int64("quantity")
    level = try json.object("level") { try StockLevel(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("order_id", orderID)
    json.field("quantity", quantity)
    json.object("level") { level.encode(to: &$0) }
  }
}

/// An order gave back what it held.
public struct StockReleased: Hashable, Sendable {
  public static let type = EventType("StockReleased", .public)

  public var productID: ProductID
  public var orderID: OrderID
  public var quantity: Int64
  public var level: StockLevel
  public var reason: ReleaseReason
}

extension StockReleased: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    orderID = try json.id("order_id")
    quantity = try json.int64("quantity")
    level = try json.object("level") { try StockLevel(from: &$0) }
    reason = try json.name("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("order_id", orderID)
    json.field("quantity", quantity)
    json.object("level") { level.encode(to: &$0) }
    json.field("reason", name: reason)
  }
}

/// What an order held has left the house.
public struct StockDispatched: Hashable, Sendable {
  public static let type = EventType("StockDispatched", .public)

  public var productID: ProductID
  public var orderID: OrderID
  public var quantity: Int64
  public var level: StockLevel
}

extension StockDispatched: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    orderID = try json.id("order_id")
    quantity = try json.int64("quantity")
    level = try json.object("level") { try StockLevel(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("order_id", orderID)
    json.field("quantity", quantity)
    json.object("level") { level.encode(to: &$0) }
  }
}

/// An order's goods came back.
public struct StockReturned: Hashable, Sendable {
  public static let type = EventType("StockReturned", .public)

  public var productID: ProductID
  public var orderID: OrderID
  public var quantity: Int64
  /// Only resellable goods add to the stock.
  public var resellable: Bool
  public var level: StockLevel
}

extension StockReturned: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    orderID = try json.id("order_id")
    quantity = try json.int64("quantity")
    resellable = try json.bool("resellable")
    level = try json.object("level") { try StockLevel(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("order_id", orderID)
    json.field("quantity", quantity)
    json.field("resellable", resellable)
    json.object("level") { level.encode(to: &$0) }
  }
}
