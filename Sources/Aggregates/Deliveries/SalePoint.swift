public import EventSourcing
public import JSON

/// A place where parcels are collected (stream `salepoint-<id>`). Deleted ones are kept for history, and keep their codes.
public enum SalePoint: EditableReference, RemovableReference {
  public typealias ID = SalePointID
  public static let category = "salepoint"
  public static let names = ReferenceNames("SalePoint", id: "sale_point_id", keepsRow: true)
  public static let keepsClaims = true

  /// Lengths are those of the input; `check` enforces them.
  public struct Row: Hashable, Sendable {
    public var name: String
    /// `PAR001`; at most 50 characters, unique without regard to case.
    public var code: String?
    public var address: String?
    public var city: String?
    /// At most 10 characters.
    public var postalCode: String?
    /// At most 100 characters.
    public var country: String
    /// At most 20 characters.
    public var phone: String?
    public var email: String?
    public var openingHours: OpeningHours?
    /// False: nothing new is sent there.
    public var isActive: Bool
    /// Degrees from -90 to 90 with at most 8 decimals.
    public var latitude: String?
    /// Degrees from -180 to 180 with at most 8 decimals.
    public var longitude: String?

    public init(
      name: String, code: String? = nil, address: String? = nil, city: String? = nil, postalCode: String? = nil,
      country: String = "France", phone: String? = nil, email: String? = nil, openingHours: OpeningHours? = nil, isActive: Bool = true,
      latitude: String? = nil, longitude: String? = nil
    ) {
      self.name = name
      self.code = code
      self.address = address
      self.city = city
      self.postalCode = postalCode
      self.country = country
      self.phone = phone
      self.email = email
      self.openingHours = openingHours
      self.isActive = isActive
      self.latitude = latitude
      self.longitude = longitude
    }
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
    if let code = row.code { try TextRules.required(code, "code", maximum: 50) }
    try TextRules.optional(row.address, "address", maximum: 1_000)
    try TextRules.optional(row.city, "city")
    try TextRules.optional(row.postalCode, "postal_code", maximum: 10)
    try TextRules.required(row.country, "country", maximum: 100)
    try TextRules.optional(row.phone, "phone", maximum: 20)
    if let email = row.email { try TextRules.email(email) }
    // A place has both coordinates or none.
    guard (row.latitude == nil) == (row.longitude == nil) else {
      throw FieldError(row.latitude == nil ? "latitude" : "longitude", .blank)
    }
    try Degrees.check(row.latitude, "latitude", limit: 90)
    try Degrees.check(row.longitude, "longitude", limit: 180)
  }

  public static func claims(_ row: Row) -> [String] {
    row.code.map { ["sale-point-code:\(TextRules.folded($0))"] } ?? []
  }
}

extension SalePoint.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    code = try json.optionalString("code")
    address = try json.optionalString("address")
    city = try json.optionalString("city")
    postalCode = try json.optionalString("postal_code")
    country = try json.string("country")
    phone = try json.optionalString("phone")
    email = try json.optionalString("email")
    openingHours = try json.optionalValue("opening_hours").map { try OpeningHours($0) }
    isActive = try json.bool("is_active")
    latitude = try json.optionalString("latitude")
    longitude = try json.optionalString("longitude")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("code", code)
    json.field("address", address)
    json.field("city", city)
    json.field("postal_code", postalCode)
    json.field("country", country)
    json.field("phone", phone)
    json.field("email", email)
    json.field("opening_hours", openingHours?.json ?? .null)
    json.field("is_active", isActive)
    json.field("latitude", latitude)
    json.field("longitude", longitude)
  }
}

public typealias AddSalePoint = AddReference<SalePoint>
public typealias SeedSalePoint = SeedReference<SalePoint>
public typealias ChangeSalePoint = ChangeReference<SalePoint>
public typealias RemoveSalePoint = RemoveReference<SalePoint>
