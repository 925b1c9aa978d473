public import EventSourcing
public import JSON

public enum ContactTagType: String, Sendable, Hashable, CaseIterable {
  /// One of those every shop starts with; it keeps its name and stays.
  case system
  case custom
}

/// A tag that contacts can carry (stream `contacttag-<id>`). Who carries it is a stream of its own (`ContactTagUsage`).
public enum ContactTag: EditableReference, RemovableReference {
  public typealias ID = ContactTagID
  public static let category = "contacttag"
  public static let names = ReferenceNames("ContactTag", id: "tag_id")

  public struct Row: Hashable, Sendable {
    /// At most 255 characters; unique without regard to case and accents.
    public var name: String
    /// `#RGB` or `#RRGGBB`, hexadecimal.
    public var color: String
    /// At most 10,000 characters.
    public var description: String?
    public var type: ContactTagType

    public static let defaultColor = "#007bff"

    public init(name: String, color: String = Row.defaultColor, description: String? = nil, type: ContactTagType = .custom) {
      self.name = name
      self.color = color
      self.description = description
      self.type = type
    }
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
    let digits = row.color.utf8.dropFirst()
    guard row.color.hasPrefix("#"), digits.count == 3 || digits.count == 6,
      row.color.dropFirst().allSatisfy({ $0.isASCII && $0.isHexDigit })
    else { throw FieldError("color", .malformed) }
    try TextRules.optional(row.description, "description", maximum: 10_000)
  }

  public static func claims(_ row: Row) -> [String] { ["contact-tag-name:\(TextRules.folded(row.name))"] }

  public static func isFixed(_ id: ContactTagID) -> Bool { defaultRows.contains { $0.id == id } }

  /// The tags every shop starts with; their ids are their places in this list, from 1.
  public static let defaultRows: [(id: ContactTagID, row: Row)] = [
    ("VIP", "#FFD700"), ("Lead", "#3B82F6"), ("Inactive", "#EF4444"), ("Newsletter", "#10B981"), ("B2B", "#8B5CF6"),
    ("Support", "#F59E0B"), ("Partner", "#EC4899"),
  ].enumerated().map { (ContactTagID(Int64($0.offset + 1)), Row(name: $0.element.0, color: $0.element.1, type: .system)) }
}

extension ContactTag.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    color = try json.string("color")
    description = try json.optionalString("description")
    type = try json.name("type")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("color", color)
    json.field("description", description)
    json.field("type", name: type)
  }
}
