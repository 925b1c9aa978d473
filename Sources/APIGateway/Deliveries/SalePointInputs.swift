import Aggregates
import JSON

private let latitudes = DecimalField(scale: 8, range: -9_000_000_000...9_000_000_000)
private let longitudes = DecimalField(scale: 8, range: -18_000_000_000...18_000_000_000)
/// Degrees as text, eight digits after the point.
private func degrees(_ value: Int64) -> String { DecimalText.text(value, scale: 8) }

struct NewSalePoint: RouteInput {
  let row: SalePoint.Row

  init(_ fields: inout InputReader) {
    row = SalePoint.Row(
      name: fields.body("name", .text(255)), code: fields.optional("code", .text(50)),
      address: fields.optional("address", .text(1_000, min: 0)), city: fields.optional("city", .text(255, min: 0)),
      postalCode: fields.optional("postal_code", .text(10, min: 0)), country: fields.optional("country", .text(100)) ?? "France",
      phone: fields.optional("phone", .text(20, min: 0)), email: fields.optional("email", .text(255, .email)),
      openingHours: fields.optional("opening_hours", OpeningHoursField()), isActive: fields.optional("is_active", .bool) ?? true,
      latitude: fields.optional("latitude", latitudes).map(degrees), longitude: fields.optional("longitude", longitudes).map(degrees))
  }
}

/// A change of a sale point: what is left out stays, null removes.
struct SalePointChange: RouteInput {
  let id: SalePointID
  let name: String?
  let code: Change<String>
  let address: Change<String>
  let city: Change<String>
  let postalCode: Change<String>
  let country: String?
  let phone: Change<String>
  let email: Change<String>
  let openingHours: Change<OpeningHours>
  let isActive: Bool?
  let latitude: Change<Int64>
  let longitude: Change<Int64>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(SalePointID.self))
    name = fields.change("name", .text(255))
    code = fields.nullableChange("code", .text(50))
    address = fields.nullableChange("address", .text(1_000, min: 0))
    city = fields.nullableChange("city", .text(255, min: 0))
    postalCode = fields.nullableChange("postal_code", .text(10, min: 0))
    country = fields.change("country", .text(100))
    phone = fields.nullableChange("phone", .text(20, min: 0))
    email = fields.nullableChange("email", .text(255, .email))
    openingHours = fields.nullableChange("opening_hours", OpeningHoursField())
    isActive = fields.change("is_active", .bool)
    latitude = fields.nullableChange("latitude", latitudes)
    longitude = fields.nullableChange("longitude", longitudes)
  }

  func apply(to row: inout SalePoint.Row) {
    row.name = name ?? row.name
    row.code = code.applied(to: row.code)
    row.address = address.applied(to: row.address)
    row.city = city.applied(to: row.city)
    row.postalCode = postalCode.applied(to: row.postalCode)
    row.country = country ?? row.country
    row.phone = phone.applied(to: row.phone)
    row.email = email.applied(to: row.email)
    row.openingHours = openingHours.applied(to: row.openingHours)
    row.isActive = isActive ?? row.isActive
    row.latitude = latitude.map(degrees).applied(to: row.latitude)
    row.longitude = longitude.map(degrees).applied(to: row.longitude)
  }
}

/// A place, and how far around it to look.
struct NearbyInput: RouteInput {
  let latitude: Int64
  let longitude: Int64
  /// In metres.
  let radius: Int64

  init(_ fields: inout InputReader) {
    latitude = fields.requiredQuery("latitude", latitudes)
    longitude = fields.requiredQuery("longitude", longitudes)
    radius = fields.query("radius", .decimal(scale: 3, min: 1_000, max: 100_000)) ?? 10_000
  }

  var box: GeoBox {
    GeoBox(latitude: Double(latitude) / 1e8, longitude: Double(longitude) / 1e8, radius: Double(radius) / 1_000)
  }
}

/// Opening hours by day.
struct OpeningHoursField: FieldType {
  var placeholder: OpeningHours { OpeningHours([:]) }
  var schema: Schema { SalePointResources.openingHours }

  func read(_ json: JSONValue) throws(FieldFault) -> OpeningHours {
    guard case .object = json else { throw FieldFault(.wrongType, limit: "object") }
    do {
      return try OpeningHours(json)
    } catch {
      // The field's name goes up to the first slash; behind it stands the day.
      let day = String(error.field.drop { $0 != "/" })
      throw FieldFault(
        error.reason == .unknown ? .unknownField : .invalidFormat,
        limit: error.reason == .unknown ? nil : #""closed" or {"open":"HH:MM","close":"HH:MM"}"#, at: day)
    }
  }
}
