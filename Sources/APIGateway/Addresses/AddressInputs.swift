import Aggregates

/// `billing` or `shipping`, in a path.
struct TypeInput: RouteInput {
  enum Kind: String, CaseIterable, Sendable {
    case billing, shipping
  }

  let type: Kind

  init(_ fields: inout InputReader) {
    type = fields.path("type", .choice(Kind.self))
  }
}

/// Degrees as text, eight digits after the point.
private func degrees(_ value: Int64) -> String { DecimalText.text(value, scale: 8) }

/// A new address.
struct NewAddress: RouteInput {
  let content: AddressContent
  let isDefault: Bool

  init(_ fields: inout InputReader) {
    content = AddressContent(
      addressType: fields.body("type", .choice(AddressType.self)),
      firstName: fields.body("first_name", .text(255)),
      lastName: fields.body("last_name", .text(255)),
      company: fields.optional("company", .text(255, min: 0)),
      addressLine1: fields.body("address_line_1", .text(255)),
      addressLine2: fields.optional("address_line_2", .text(255, min: 0)),
      city: fields.body("city", .text(255)),
      postalCode: fields.body("postal_code", .text(20)),
      regionID: fields.optional("region_id", .id(RegionID.self)),
      countryID: fields.body("country_id", .id(CountryID.self)),
      phone: fields.optional("phone", .text(20, min: 0)),
      latitude: fields.optional("latitude", .decimal(scale: 8, min: -9_000_000_000, max: 9_000_000_000)).map(degrees),
      longitude: fields.optional("longitude", .decimal(scale: 8, min: -18_000_000_000, max: 18_000_000_000)).map(degrees))
    isDefault = fields.optional("is_default", .bool) ?? false
  }
}

/// A change of an address: what is left out stays, null removes.
struct AddressChange: RouteInput {
  let id: AddressID
  let type: AddressType?
  let firstName: String?
  let lastName: String?
  let company: Change<String>
  let addressLine1: String?
  let addressLine2: Change<String>
  let city: String?
  let postalCode: String?
  let regionID: Change<RegionID>
  let countryID: CountryID?
  let phone: Change<String>
  let latitude: Change<Int64>
  let longitude: Change<Int64>
  let isDefault: Bool?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(AddressID.self))
    type = fields.change("type", .choice(AddressType.self))
    firstName = fields.change("first_name", .text(255))
    lastName = fields.change("last_name", .text(255))
    company = fields.nullableChange("company", .text(255, min: 0))
    addressLine1 = fields.change("address_line_1", .text(255))
    addressLine2 = fields.nullableChange("address_line_2", .text(255, min: 0))
    city = fields.change("city", .text(255))
    postalCode = fields.change("postal_code", .text(20))
    regionID = fields.nullableChange("region_id", .id(RegionID.self))
    countryID = fields.change("country_id", .id(CountryID.self))
    phone = fields.nullableChange("phone", .text(20, min: 0))
    latitude = fields.nullableChange("latitude", .decimal(scale: 8, min: -9_000_000_000, max: 9_000_000_000))
    longitude = fields.nullableChange("longitude", .decimal(scale: 8, min: -18_000_000_000, max: 18_000_000_000))
    isDefault = fields.change("is_default", .bool)
  }

  func apply(to content: inout AddressContent) {
    content.addressType = type ?? content.addressType
    content.firstName = firstName ?? content.firstName
    content.lastName = lastName ?? content.lastName
    content.company = company.applied(to: content.company)
    content.addressLine1 = addressLine1 ?? content.addressLine1
    content.addressLine2 = addressLine2.applied(to: content.addressLine2)
    content.city = city ?? content.city
    content.postalCode = postalCode ?? content.postalCode
    content.regionID = regionID.applied(to: content.regionID)
    content.countryID = countryID ?? content.countryID
    content.phone = phone.applied(to: content.phone)
    content.latitude = latitude.map(degrees).applied(to: content.latitude)
    content.longitude = longitude.map(degrees).applied(to: content.longitude)
  }
}

extension Change {
  func map<Other: Sendable>(_ transform: (Value) -> Other) -> Change<Other> {
    switch self {
    case .unchanged: .unchanged
    case .set(let value): .set(transform(value))
    case .clear: .clear
    }
  }
}
