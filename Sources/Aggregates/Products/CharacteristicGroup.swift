public import EventSourcing
public import JSON

/// What related characteristics are grouped by, such as technical specifications (stream `characteristicgroup-<id>`).
public enum CharacteristicGroup: EditableReference, RemovableReference {
  public typealias ID = CharacteristicGroupID
  public static let category = "characteristicgroup"
  public static let names = ReferenceNames("CharacteristicGroup", id: "characteristic_group_id")

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

  public static func claims(_ row: Row) -> [String] { ["characteristic-group-name:\(TextRules.folded(row.name))"] }
}

extension CharacteristicGroup.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
  }
}

public typealias AddCharacteristicGroup = AddReference<CharacteristicGroup>
public typealias SeedCharacteristicGroup = SeedReference<CharacteristicGroup>
public typealias ChangeCharacteristicGroup = ChangeReference<CharacteristicGroup>
public typealias RemoveCharacteristicGroup = RemoveReference<CharacteristicGroup>
