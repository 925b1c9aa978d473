public import EventSourcing
public import JSON

/// What of an order is on its way back or was paid back, over all its returns (stream `orderreturns-<order id>`): one stream decides that no
/// unit comes back twice, however many returns are asked for at once.
public enum ReturnsOfOrder: Aggregate {
  public static let category = "orderreturns"
  public static let initialState = State()

  public struct State: Sendable {
    /// Units that no other return can have, by line.
    public internal(set) var claimed: [OrderItemID: Int64] = [:]
    /// Units that were paid back, by line.
    public internal(set) var refundedUnits: [OrderItemID: Int64] = [:]
    public internal(set) var refunded: [OrderItemID: Refund] = [:]
  }

  public static func evolve(_ state: inout State, _ event: ReturnsOfOrderEvent) {
    switch event {
    case .claimed(let event): for item in event.items { state.claimed[item.orderItemID, default: 0] += item.quantity }
    case .released(let event): for item in event.items { state.claimed[item.orderItemID, default: 0] -= item.quantity }
    case .refunded(let event):
      for line in event.lines {
        state.refundedUnits[line.orderItemID, default: 0] += line.quantity
        let before = state.refunded[line.orderItemID] ?? .none
        // Never more than the line was worth, so the sums cannot overflow.
        state.refunded[line.orderItemID] = Refund(
          amountHT: Cents(before.amountHT.rawValue + line.amountHT.rawValue), vat: Cents(before.vat.rawValue + line.vat.rawValue))
      }
    }
  }
}

public enum ReturnsOfOrderEvent: AggregateEvent {
  case claimed(ReturnUnitsClaimed)
  case released(ReturnUnitsReleased)
  case refunded(ReturnUnitsRefunded)

  public static let decoder = EventDecoder<ReturnsOfOrderEvent>([
    EventCase(ReturnUnitsClaimed.self, ReturnsOfOrderEvent.claimed), EventCase(ReturnUnitsReleased.self, ReturnsOfOrderEvent.released),
    EventCase(ReturnUnitsRefunded.self, ReturnsOfOrderEvent.refunded),
  ])

  public var payload: any EventPayload {
    switch self {
    case .claimed(let event): event
    case .released(let event): event
    case .refunded(let event): event
    }
  }
}

/// Units of a line of the order.
public struct ReturnedUnits: JSONCodable, Hashable {
  public var orderItemID: OrderItemID
  public var quantity: Int64

  init(_ orderItemID: OrderItemID, _ quantity: Int64) {
    self.orderItemID = orderItemID
    self.quantity = quantity
  }

  public init(from json: inout JSONObjectReader) throws {
    orderItemID = try json.id("order_item_id")
    quantity = try json.int64("quantity")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_item_id", orderItemID)
    json.field("quantity", quantity)
  }
}

/// Units are on their way back.
public struct ReturnUnitsClaimed: Hashable, Sendable {
  public static let type = EventType("ReturnUnitsClaimed", .private)

  public var orderID: OrderID
  public var returnID: ReturnID
  public var items: [ReturnedUnits]
}

extension ReturnUnitsClaimed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    returnID = try json.id("return_id")
    items = try json.array("items") { try ReturnedUnits(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("return_id", returnID)
    json.array("items", items) { $1.encode(to: &$0) }
  }
}

/// Units did not come after all, or go back to the buyer: another return may have them.
public struct ReturnUnitsReleased: Hashable, Sendable {
  public static let type = EventType("ReturnUnitsReleased", .private)

  public var orderID: OrderID
  public var returnID: ReturnID
  public var items: [ReturnedUnits]
}

extension ReturnUnitsReleased: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    returnID = try json.id("return_id")
    items = try json.array("items") { try ReturnedUnits(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("return_id", returnID)
    json.array("items", items) { $1.encode(to: &$0) }
  }
}

/// Units were paid back.
public struct ReturnUnitsRefunded: Hashable, Sendable {
  public static let type = EventType("ReturnUnitsRefunded", .private)

  public var orderID: OrderID
  public var returnID: ReturnID
  public var lines: [ReturnRefunded.Line]
}

extension ReturnUnitsRefunded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    returnID = try json.id("return_id")
    lines = try json.array("lines") { try ReturnRefunded.Line(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("return_id", returnID)
    json.array("lines", lines) { $1.encode(to: &$0) }
  }
}
