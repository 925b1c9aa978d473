public import EventSourcing
public import JSON

/// A country (stream `country-<id>`).
public enum Country: ReferenceAggregate {
  public typealias ID = CountryID
  public static let category = "country"
  public static let names = ReferenceNames("Country", id: "country_id")

  public struct Row: Hashable, Sendable {
    /// At most 255 characters.
    public var name: String
    /// ISO 3166-1 alpha-2, upper case; unique.
    public var code: String
    /// ISO 3166-1 alpha-3, upper case.
    public var iso3: String?
    /// With its plus sign; at most 10 characters.
    public var phoneCode: String?
    /// False hides it from choice lists, and new addresses cannot be in it.
    public var isActive: Bool

    public init(name: String, code: String, iso3: String? = nil, phoneCode: String? = nil, isActive: Bool = true) {
      self.name = name
      self.code = code
      self.iso3 = iso3
      self.phoneCode = phoneCode
      self.isActive = isActive
    }
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
    guard isCode(row.code, 2) else { throw FieldError("code", .malformed) }
    guard row.iso3.map({ isCode($0, 3) }) ?? true else { throw FieldError("iso3", .malformed) }
    try TextRules.optional(row.phoneCode, "phone_code", maximum: 10)
  }

  private static func isCode(_ text: String, _ length: Int) -> Bool {
    text.utf8.count == length && text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
  }

  public static func claims(_ row: Row) -> [String] { ["country-code:\(row.code)"] }
}

extension Country.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    code = try json.string("code")
    iso3 = try json.optionalString("iso3")
    phoneCode = try json.optionalString("phone_code")
    isActive = try json.bool("is_active")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("code", code)
    json.field("iso3", iso3)
    json.field("phone_code", phoneCode)
    json.field("is_active", isActive)
  }
}

public typealias AddCountry = AddReference<Country>
public typealias SeedCountry = SeedReference<Country>
