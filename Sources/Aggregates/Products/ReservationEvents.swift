public import EventSourcing
public import JSON

/// What happens to the stock an order holds (stream `reservation-<order id>`).
public enum ReservationEvent: AggregateEvent {
  case reservationHeld(ReservationHeld)
  case reservationRefused(ReservationRefused)
  case reservationExtended(ReservationExtended)
  case reservationConfirmed(ReservationConfirmed)
  case reservationExpired(ReservationExpired)
  case reservationReleased(ReservationReleased)
  case reservationDispatched(ReservationDispatched)

  public static let decoder = EventDecoder<ReservationEvent>([
    EventCase(ReservationHeld.self, ReservationEvent.reservationHeld),
    EventCase(ReservationRefused.self, ReservationEvent.reservationRefused),
    EventCase(ReservationExtended.self, ReservationEvent.reservationExtended),
    EventCase(ReservationConfirmed.self, ReservationEvent.reservationConfirmed),
    EventCase(ReservationExpired.self, ReservationEvent.reservationExpired),
    EventCase(ReservationReleased.self, ReservationEvent.reservationReleased),
    EventCase(ReservationDispatched.self, ReservationEvent.reservationDispatched),
  ])

  public var payload: any EventPayload {
    switch self {
    case .reservationHeld(let event): event
    case .reservationRefused(let event): event
    case .reservationExtended(let event): event
    case .reservationConfirmed(let event): event
    case .reservationExpired(let event): event
    case .reservationReleased(let event): event
    case .reservationDispatched(let event): event
    }
  }
}

/// A quantity of one product.
public struct StockItem: Hashable, Sendable {
  public var productID: ProductID
  public var quantity: Int64

  public init(productID: ProductID, quantity: Int64) {
    self.productID = productID
    self.quantity = quantity
  }
}

extension StockItem: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    quantity = try json.int64("quantity")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("quantity", quantity)
  }
}

/// A product of which too little was free.
public struct StockShortage: Hashable, Sendable {
  public var productID: ProductID
  public var requested: Int64
  public var available: Int64

  public init(productID: ProductID, requested: Int64, available: Int64) {
    self.productID = productID
    self.requested = requested
    self.available = available
  }
}

extension StockShortage: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    requested = try json.int64("requested")
    available = try json.int64("available")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("requested", requested)
    json.field("available", available)
  }
}

/// All of an order's products are held until a moment.
public struct ReservationHeld: Hashable, Sendable {
  public static let type = EventType("ReservationHeld", .public)

  public var orderID: OrderID
  /// Each product once, by id.
  public var items: [StockItem]
  public var expiresAt: Timestamp
}

extension ReservationHeld: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    items = try json.array("items") { try StockItem(from: &$0) }
    expiresAt = try json.timestamp("expires_at")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.array("items", items) { $1.encode(to: &$0) }
    json.field("expires_at", expiresAt)
  }
}

/// Too little of at least one product was free; nothing is held.
public struct ReservationRefused: Hashable, Sendable {
  public static let type = EventType("ReservationRefused", .public)

  public var orderID: OrderID
  public var shortages: [StockShortage]
}

extension ReservationRefused: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    shortages = try json.array("shortages") { try StockShortage(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.array("shortages", shortages) { $1.encode(to: &$0) }
  }
}

/// The hold lasts to the order's own deadline.
public struct ReservationExtended: Hashable, Sendable {
  public static let type = EventType("ReservationExtended", .public)

  public var orderID: OrderID
  public var expiresAt: Timestamp
}

extension ReservationExtended: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    expiresAt = try json.timestamp("expires_at")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("expires_at", expiresAt)
  }
}

/// The order is confirmed: the hold no longer expires.
public struct ReservationConfirmed: Hashable, Sendable {
  public static let type = EventType("ReservationConfirmed", .public)

  public var orderID: OrderID
  public var items: [StockItem]
}

extension ReservationConfirmed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    items = try json.array("items") { try StockItem(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.array("items", items) { $1.encode(to: &$0) }
  }
}

/// The hold ran out; the stock is free again.
public struct ReservationExpired: Hashable, Sendable {
  public static let type = EventType("ReservationExpired", .public)

  public var orderID: OrderID
  public var items: [StockItem]
}

extension ReservationExpired: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    items = try json.array("items") { try StockItem(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.array("items", items) { $1.encode(to: &$0) }
  }
}

/// The order was cancelled; the stock is free again.
public struct ReservationReleased: Hashable, Sendable {
  public static let type = EventType("ReservationReleased", .public)

  public var orderID: OrderID
  public var items: [StockItem]
  public var reason: ReleaseReason
}

extension ReservationReleased: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    items = try json.array("items") { try StockItem(from: &$0) }
    reason = try json.name("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.array("items", items) { $1.encode(to: &$0) }
    json.field("reason", name: reason)
  }
}

/// The goods have left the house.
public struct ReservationDispatched: Hashable, Sendable {
  public static let type = EventType("ReservationDispatched", .public)

  public var orderID: OrderID
  public var items: [StockItem]
}

extension ReservationDispatched: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    items = try json.array("items") { try StockItem(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.array("items", items) { $1.encode(to: &$0) }
  }
}
