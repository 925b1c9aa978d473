import EventSourcing

/// A brand (stream `brand-<id>`). Deleted brands are kept for history, and keep their names.
public enum Brand: EditableReference, RemovableReference {
  public typealias Event = BrandEvent
  public typealias ID = BrandID
  public static let category = "brand"
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

  public static func change(_ event: BrandEvent) -> ReferenceChange<Row> {
    switch event {
    case .brandAdded(let event): .added(Row(name: event.name, website: event.website))
    case .brandChanged(let event): .changed(Row(name: event.name, website: event.website))
    case .brandDeleted: .removed
    }
  }

  public static func added(_ id: BrandID, _ row: Row) -> Event {
    .brandAdded(BrandAdded(brandID: id, name: row.name, website: row.website, imported: id.isImported))
  }

  public static func changed(_ id: BrandID, _ row: Row) -> Event {
    .brandChanged(BrandChanged(brandID: id, name: row.name, website: row.website))
  }

  public static func removed(_ id: BrandID) -> Event {
    .brandDeleted(BrandDeleted(brandID: id))
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
    try TextRules.optional(row.website, "website")
  }

  public static func claims(_ row: Row) -> [String] { ["brand-name:\(TextRules.folded(row.name))"] }
}

public typealias AddBrand = AddReference<Brand>
public typealias SeedBrand = SeedReference<Brand>
public typealias ChangeBrand = ChangeReference<Brand>
public typealias RemoveBrand = RemoveReference<Brand>
