public import EventSourcing
public import JSON

/// An order status as staff sees it (stream `orderstatus-<id>`). The eight of `OrderStatusName` can be described anew, but neither renamed nor removed.
public enum OrderStatus: EditableReference, RemovableReference {
  public typealias ID = OrderStatusID
  public static let category = "orderstatus"
  public static let names = ReferenceNames("OrderStatus", id: "status_id")

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

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
    try TextRules.optional(row.description, "description", maximum: 1_000)
  }

  public static func claims(_ row: Row) -> [String] { ["order-status-name:\(TextRules.folded(row.name))"] }

  /// Whether the order machine knows the status.
  public static func isFixed(_ id: OrderStatusID) -> Bool { OrderStatusName.allCases.contains { $0.id == id } }
}

extension OrderStatus.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    description = try json.optionalString("description")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("description", description)
  }
}

public typealias AddOrderStatus = AddReference<OrderStatus>
public typealias SeedOrderStatus = SeedReference<OrderStatus>
public typealias ChangeOrderStatus = ChangeReference<OrderStatus>
public typealias RemoveOrderStatus = RemoveReference<OrderStatus>
