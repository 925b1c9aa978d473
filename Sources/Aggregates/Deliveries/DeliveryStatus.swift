public import EventSourcing
public import JSON

/// A delivery status as staff sees it (stream `deliverystatus-<id>`). The eleven of `DeliveryStatusName` can be described and coloured
/// anew, but neither renamed nor removed. Deleted ones are kept for history, and keep their names.
public enum DeliveryStatus: EditableReference, RemovableReference {
  public typealias ID = DeliveryStatusID
  public static let category = "deliverystatus"
  public static let names = ReferenceNames("DeliveryStatus", id: "status_id", keepsRow: true)
  public static let keepsClaims = true

  public struct Row: Hashable, Sendable {
    /// At most 255 characters; unique without regard to case and accents.
    public var name: String
    /// `#RRGGBB`.
    public var color: String
    public var description: String?

    public init(name: String, color: String = "#000000", description: String? = nil) {
      self.name = name
      self.color = color
      self.description = description
    }
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
    let digits = row.color.utf8.dropFirst()
    guard row.color.hasPrefix("#"), digits.count == 6,
      digits.allSatisfy({ (48...57).contains($0) || (65...70).contains($0) || (97...102).contains($0) })
    else { throw FieldError("color", .malformed) }
    try TextRules.optional(row.description, "description", maximum: 10_000)
  }

  public static func claims(_ row: Row) -> [String] { ["delivery-status-name:\(TextRules.folded(row.name))"] }

  /// Whether the delivery machine knows the status.
  public static func isFixed(_ id: DeliveryStatusID) -> Bool { DeliveryStatusName(id: id) != nil }
}

extension DeliveryStatus.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    color = try json.string("color")
    description = try json.optionalString("description")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("color", color)
    json.field("description", description)
  }
}

public typealias AddDeliveryStatus = AddReference<DeliveryStatus>
public typealias SeedDeliveryStatus = SeedReference<DeliveryStatus>
public typealias ChangeDeliveryStatus = ChangeReference<DeliveryStatus>
public typealias RemoveDeliveryStatus = RemoveReference<DeliveryStatus>
