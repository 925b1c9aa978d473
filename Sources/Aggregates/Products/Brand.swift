public import EventSourcing
public import JSON

/// A brand (stream `brand-<id>`). Deleted brands are kept for history, and keep their names.
public enum Brand: EditableReference, RemovableReference {
  public typealias ID = BrandID
  public static let category = "brand"
  public static let names = ReferenceNames("Brand", id: "brand_id", keepsRow: true)
  public static let keepsClaims = true

  public struct Row: Hashable, Sendable {
    /// At most 255 characters; unique among all brands without regard to case and accents.
    public var name: String
    /// At most 255 characters.
    public var website: String?

    public init(name: String, website: String? = nil) {
      self.name = name
      self.website = website
    }
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
    try TextRules.optional(row.website, "website")
  }

  public static func claims(_ row: Row) -> [String] { ["brand-name:\(TextRules.folded(row.name))"] }
}

extension Brand.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    website = try json.optionalString("website")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("website", website)
  }
}

public typealias AddBrand = AddReference<Brand>
public typealias SeedBrand = SeedReference<Brand>
public typealias ChangeBrand = ChangeReference<Brand>
public typealias RemoveBrand = RemoveReference<Brand>
