import EventSourcing

/// An order status as staff sees it (stream `orderstatus-<id>`). The eight of `OrderStatusName` can be described anew, but neither renamed nor removed.
public enum OrderStatus: EditableReference, RemovableReference {
  public typealias Event = OrderStatusEvent
  public typealias ID = OrderStatusID
  public static let category = "orderstatus"

  public struct Row: Hashable, Sendable {
    /// At most 255 characters; unique.
    public var name: String
    /// Shown text; at most 255 characters, as the table holds.
    public var description: String?

    public init(name: String, description: String? = nil) {
      self.name = name
      self.description = description
    }
  }

  public static func change(_ event: OrderStatusEvent) -> ReferenceChange<Row> {
    switch event {
    case .orderStatusAdded(let event): .added(Row(name: event.name, description: event.description))
    case .orderStatusChanged(let event): .changed(Row(name: event.name, description: event.description))
    case .orderStatusRemoved: .removed
    }
  }

  public static func added(_ id: OrderStatusID, _ row: Row) -> Event {
    .orderStatusAdded(OrderStatusAdded(statusID: id, name: row.name, description: row.description))
  }

  public static func changed(_ id: OrderStatusID, _ row: Row) -> Event {
    .orderStatusChanged(OrderStatusChanged(statusID: id, name: row.name, description: row.description))
  }

  public static func removed(_ id: OrderStatusID) -> Event {
    .orderStatusRemoved(OrderStatusRemoved(statusID: id))
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
    try TextRules.optional(row.description, "description")
  }

  public static func claims(_ row: Row) -> [String] { ["order-status-name:\(TextRules.folded(row.name))"] }

  /// Whether the order machine knows the status.
  public static func isFixed(_ id: OrderStatusID) -> Bool { OrderStatusName.allCases.contains { $0.id == id } }
}

public typealias AddOrderStatus = AddReference<OrderStatus>
public typealias SeedOrderStatus = SeedReference<OrderStatus>
public typealias ChangeOrderStatus = ChangeReference<OrderStatus>
public typealias RemoveOrderStatus = RemoveReference<OrderStatus>
