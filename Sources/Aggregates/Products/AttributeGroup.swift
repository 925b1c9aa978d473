public import EventSourcing
public import JSON

/// What attributes of products are about, such as size or colour (stream `attributegroup-<id>`).
public enum AttributeGroup: EditableReference, RemovableReference {
  public typealias ID = AttributeGroupID
  public static let category = "attributegroup"
  public static let names = ReferenceNames("AttributeGroup", id: "attribute_group_id")

  public struct Row: Hashable, Sendable {
    /// At most 255 characters; unique without regard to case and accents.
    public var name: String

    public init(name: String) {
      self.name = name
    }
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
  }

  public static func claims(_ row: Row) -> [String] { ["attribute-group-name:\(TextRules.folded(row.name))"] }
}

extension AttributeGroup.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
  }
}

public typealias AddAttributeGroup = AddReference<AttributeGroup>
public typealias SeedAttributeGroup = SeedReference<AttributeGroup>
public typealias ChangeAttributeGroup = ChangeReference<AttributeGroup>
public typealias RemoveAttributeGroup = RemoveReference<AttributeGroup>
