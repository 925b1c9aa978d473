public import EventSourcing

/// A region of a country (stream `region-<id>`).
public enum Region: ReferenceAggregate {
  public typealias Event = RegionEvent
  public typealias ID = RegionID
  public static let category = "region"

  public struct Row: Hashable, Sendable {
    /// Must exist.
    public var countryID: CountryID
    /// At most 255 characters.
    public var name: String
    /// Subdivision code; unique within the country.
    public var code: String?
    /// False hides it from choice lists, and new addresses cannot be in it.
    public var isActive: Bool

    public init(countryID: CountryID, name: String, code: String? = nil, isActive: Bool = true) {
      self.countryID = countryID
      self.name = name
      self.code = code
      self.isActive = isActive
    }
  }

  public static func change(_ event: RegionEvent) -> ReferenceChange<Row> {
    switch event {
    case .regionAdded(let event):
      .added(Row(countryID: event.countryID, name: event.name, code: event.code, isActive: event.isActive))
    }
  }

  public static func added(_ id: RegionID, _ row: Row) -> Event {
    .regionAdded(RegionAdded(regionID: id, countryID: row.countryID, name: row.name, code: row.code, isActive: row.isActive))
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
    try TextRules.optional(row.code, "code")
  }

  public static func checkReferences(of row: Row, in session: inout DecisionSession) throws {
    try session.requirePresent(Country.self, row.countryID, field: "country_id")
  }

  public static func claims(_ row: Row) -> [String] {
    row.code.map { ["region-code:\(row.countryID)-\(TextRules.folded($0))"] } ?? []
  }
}

public typealias AddRegion = AddReference<Region>
public typealias SeedRegion = SeedReference<Region>
