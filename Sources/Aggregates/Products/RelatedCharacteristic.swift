public import EventSourcing
public import JSON

/// What a characteristic of a product tells, such as processor or height: the template that its value fills (stream
/// `relatedcharacteristic-<id>`).
public enum RelatedCharacteristic: EditableReference, RemovableReference {
  public typealias ID = RelatedCharacteristicID
  public static let category = "relatedcharacteristic"
  public static let names = ReferenceNames("RelatedCharacteristic", id: "related_characteristic_id")

  public struct Row: Hashable, Sendable {
    /// At most 255 characters; unique within its group without regard to case and accents.
    public var name: String
    /// Must exist.
    public var groupID: CharacteristicGroupID?

    public init(name: String, groupID: CharacteristicGroupID? = nil) {
      self.name = name
      self.groupID = groupID
    }
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
  }

  public static func checkReferences(of row: Row, in session: inout DecisionSession) throws {
    try session.requirePresent(CharacteristicGroup.self, row.groupID, field: "id_1")
  }

  public static func claims(_ row: Row) -> [String] {
    ["related-characteristic-name:\(row.groupID?.description ?? "none")-\(TextRules.folded(row.name))"]
  }
}

extension RelatedCharacteristic.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    groupID = try json.optionalID("characteristic_group_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("characteristic_group_id", groupID)
  }
}

public typealias AddRelatedCharacteristic = AddReference<RelatedCharacteristic>
public typealias SeedRelatedCharacteristic = SeedReference<RelatedCharacteristic>
public typealias ChangeRelatedCharacteristic = ChangeReference<RelatedCharacteristic>
public typealias RemoveRelatedCharacteristic = RemoveReference<RelatedCharacteristic>
