public import EventSourcing
public import JSON

/// A region of a country (stream `region-<id>`).
public enum Region: ReferenceAggregate {
  public typealias ID = RegionID
  public static let category = "region"
  public static let names = ReferenceNames("Region", id: "region_id")

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

extension Region.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    countryID = try json.id("country_id")
    name = try json.string("name")
    code = try json.optionalString("code")
    isActive = try json.bool("is_active")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("country_id", countryID)
    json.field("name", name)
    json.field("code", code)
    json.field("is_active", isActive)
  }
}

public typealias AddRegion = AddReference<Region>
public typealias SeedRegion = SeedReference<Region>
