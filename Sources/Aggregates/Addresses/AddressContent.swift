public import EventSourcing
public import JSON

/// What an address says. Lengths are the columns'; `check` enforces them.
public struct AddressContent: Hashable, Sendable {
  public var addressType: AddressType
  /// The recipient.
  public var firstName: String
  /// The recipient.
  public var lastName: String
  public var company: String?
  public var addressLine1: String
  public var addressLine2: String?
  public var city: String
  /// At most 20 characters.
  public var postalCode: String
  /// Of the country; nil where it has none or it is not known.
  public var regionID: RegionID?
  public var countryID: CountryID
  /// At most 20 characters.
  public var phone: String?
  /// Degrees from -90 to 90, as a decimal number with at most 8 decimals.
  public var latitude: String?
  /// Degrees from -180 to 180, as a decimal number with at most 8 decimals.
  public var longitude: String?

  public init(
    addressType: AddressType = .both, firstName: String, lastName: String, company: String? = nil, addressLine1: String,
    addressLine2: String? = nil, city: String, postalCode: String, regionID: RegionID? = nil, countryID: CountryID,
    phone: String? = nil, latitude: String? = nil, longitude: String? = nil
  ) {
    self.addressType = addressType
    self.firstName = firstName
    self.lastName = lastName
    self.company = company
    self.addressLine1 = addressLine1
    self.addressLine2 = addressLine2
    self.city = city
    self.postalCode = postalCode
    self.regionID = regionID
    self.countryID = countryID
    self.phone = phone
    self.latitude = latitude
    self.longitude = longitude
  }

  /// - Throws: `FieldError` for the first field that breaks a rule.
  func check() throws(FieldError) {
    try TextRules.required(firstName, "first_name")
    try TextRules.required(lastName, "last_name")
    try TextRules.optional(company, "company")
    try TextRules.required(addressLine1, "address_line_1")
    try TextRules.optional(addressLine2, "address_line_2")
    try TextRules.required(city, "city")
    try TextRules.required(postalCode, "postal_code", maximum: 20)
    try TextRules.optional(phone, "phone", maximum: 20)
    try Degrees.check(latitude, "latitude", limit: 90)
    try Degrees.check(longitude, "longitude", limit: 180)
  }
}

// MARK: - Events

/// The personal part of an address as its events hold it.
public struct AddressDetails: Hashable, Sendable {
  public var firstName: String
  public var lastName: String
  public var company: String?
  public var addressLine1: String
  public var addressLine2: String?
  public var city: String
  public var postalCode: String
  public var phone: String?
  public var latitude: String?
  public var longitude: String?
}

extension AddressDetails: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    firstName = try json.string("first_name")
    lastName = try json.string("last_name")
    company = try json.optionalString("company")
    addressLine1 = try json.string("address_line_1")
    addressLine2 = try json.optionalString("address_line_2")
    city = try json.string("city")
    postalCode = try json.string("postal_code")
    phone = try json.optionalString("phone")
    latitude = try json.optionalString("latitude")
    longitude = try json.optionalString("longitude")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("first_name", firstName)
    json.field("last_name", lastName)
    json.field("company", company)
    json.field("address_line_1", addressLine1)
    json.field("address_line_2", addressLine2)
    json.field("city", city)
    json.field("postal_code", postalCode)
    json.field("phone", phone)
    json.field("latitude", latitude)
    json.field("longitude", longitude)
  }
}

extension AddressContent {
  /// Nil without details: then the owner was forgotten.
  init?(_ addressType: AddressType, _ countryID: CountryID, _ regionID: RegionID?, _ details: AddressDetails?) {
    guard let details else { return nil }
    self.init(
      addressType: addressType, firstName: details.firstName, lastName: details.lastName, company: details.company,
      addressLine1: details.addressLine1, addressLine2: details.addressLine2, city: details.city, postalCode: details.postalCode,
      regionID: regionID, countryID: countryID, phone: details.phone, latitude: details.latitude, longitude: details.longitude)
  }

  var details: AddressDetails {
    AddressDetails(
      firstName: firstName, lastName: lastName, company: company, addressLine1: addressLine1, addressLine2: addressLine2, city: city,
      postalCode: postalCode, phone: phone, latitude: latitude, longitude: longitude)
  }
}

extension AddressAdded {
  init(_ addressID: AddressID, of userID: UserID, _ content: AddressContent, imported: Bool) {
    self.init(
      addressID: addressID, userID: userID, addressType: content.addressType, regionID: content.regionID, countryID: content.countryID,
      imported: imported, personal: content.details)
  }

  /// Nil when the owner was forgotten.
  var content: AddressContent? { AddressContent(addressType, countryID, regionID, personal) }
}

extension AddressChanged {
  init(_ addressID: AddressID, of userID: UserID, _ content: AddressContent) {
    self.init(
      addressID: addressID, userID: userID, addressType: content.addressType, regionID: content.regionID, countryID: content.countryID,
      personal: content.details)
  }

  /// Nil when the owner was forgotten.
  var content: AddressContent? { AddressContent(addressType, countryID, regionID, personal) }
}
