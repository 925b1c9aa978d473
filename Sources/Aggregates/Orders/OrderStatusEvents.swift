public import EventSourcing
public import JSON

/// The order statuses that every shop has; their ids are fixed.
public enum OrderStatusName: String, Sendable, Hashable, CaseIterable {
  case pending, confirmed, processing, shipped, delivered, cancelled, refunded, returned

  /// The id of the default row, from 1.
  public var id: OrderStatusID { OrderStatusID(Int64(Self.allCases.firstIndex(of: self)! + 1)) }
}

/// What happens to an order status (stream `orderstatus-<id>`).
public enum OrderStatusEvent: AggregateEvent {
  case orderStatusAdded(OrderStatusAdded)
  case orderStatusChanged(OrderStatusChanged)
  case orderStatusRemoved(OrderStatusRemoved)

  public static let decoder = EventDecoder<OrderStatusEvent>([
    EventCase(OrderStatusAdded.self, OrderStatusEvent.orderStatusAdded),
    EventCase(OrderStatusChanged.self, OrderStatusEvent.orderStatusChanged),
    EventCase(OrderStatusRemoved.self, OrderStatusEvent.orderStatusRemoved),
  ])

  public var payload: any EventPayload {
    switch self {
    case .orderStatusAdded(let event): event
    case .orderStatusChanged(let event): event
    case .orderStatusRemoved(let event): event
    }
  }
}

/// A status exists.
public struct OrderStatusAdded: Hashable, Sendable {
  public static let type = EventType("OrderStatusAdded", .public)

  public var statusID: OrderStatusID
  public var name: String
  public var description: String?
}

extension OrderStatusAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    statusID = try json.id("status_id")
    name = try json.string("name")
    description = try json.optionalString("description")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("status_id", statusID)
    json.field("name", name)
    json.field("description", description)
  }
}

/// A status got a new name or description.
public struct OrderStatusChanged: Hashable, Sendable {
  public static let type = EventType("OrderStatusChanged", .public)

  public var statusID: OrderStatusID
  public var name: String
  public var description: String?
}

extension OrderStatusChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    statusID = try json.id("status_id")
    name = try json.string("name")
    description = try json.optionalString("description")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("status_id", statusID)
    json.field("name", name)
    json.field("description", description)
  }
}

/// A status that no order has is gone.
public struct OrderStatusRemoved: Hashable, Sendable {
  public static let type = EventType("OrderStatusRemoved", .public)

  public var statusID: OrderStatusID
}

extension OrderStatusRemoved: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    statusID = try json.id("status_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("status_id", statusID)
  }
}
