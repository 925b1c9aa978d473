import Aggregates

/// What answers show of addresses_service.
enum AddressResources {
  static let country = Resource(
    "country", schema: "Country", table: "countries", from: "countries c", id: "c.id", where: "c.is_active",
    stream: .init(Country.category, isAggregate: false),
    fields: countryFields,
    relations: [.many("regions", regionOfCountry, on: "r.country_id = c.id and r.is_active", order: "r.name, r.id", expected: 20)])

  static let region = Resource(
    "region", schema: "Region", table: "regions", from: "regions r", id: "r.id", where: "r.is_active",
    stream: .init(Region.category, isAggregate: false), fields: regionFields,
    relations: [.one("country", countryOfRow, on: "c.id = r.country_id")])

  /// The book of all addresses of a user is one stream.
  static let address = Resource(
    "address", schema: "Address", table: "addresses", from: "addresses a", id: "a.id",
    stream: .init(AddressBook.category, key: "a.user_id", isAggregate: false),
    fields: [
      .id("id", "a.id"), .id("user_id", "a.user_id"), .choice("type", "a.type", ["billing", "shipping", "both"]),
      .text("first_name", "a.first_name"), .text("last_name", "a.last_name"), .text("company", "a.company").nullable,
      .text("address_line_1", "a.address_line_1"), .text("address_line_2", "a.address_line_2").nullable, .text("city", "a.city"),
      .text("postal_code", "a.postal_code"), .id("region_id", "a.region_id").nullable, .id("country_id", "a.country_id"),
      .text("phone", "a.phone").nullable, .bool("is_default", "a.is_default"), .decimal("latitude", "a.latitude").nullable,
      .decimal("longitude", "a.longitude").nullable, .time("created_at", "a.created_at").nullable,
      .time("updated_at", "a.updated_at").nullable,
    ],
    relations: [.one("country", countryOfRow, on: "c.id = a.country_id"), .one("region", regionOfCountry, on: "r.id = a.region_id")])

  /// A country and a region where they stand inside another row.
  private static let countryOfRow = Resource("country", table: "countries", from: "countries c", id: "c.id", fields: countryFields)
  private static let regionOfCountry = Resource("region", table: "regions", from: "regions r", id: "r.id", fields: regionFields)

  private static let countryFields: [Resource.Field] = [
    .id("id", "c.id"), .text("name", "c.name"), .text("code", "c.code"), .text("iso3", "c.iso3").nullable,
    .text("phone_code", "c.phone_code").nullable, .bool("is_active", "c.is_active"), .time("created_at", "c.created_at").nullable,
    .time("updated_at", "c.updated_at").nullable,
  ]
  private static let regionFields: [Resource.Field] = [
    .id("id", "r.id"), .text("name", "r.name"), .text("code", "r.code").nullable, .id("country_id", "r.country_id"),
    .bool("is_active", "r.is_active"), .time("created_at", "r.created_at").nullable, .time("updated_at", "r.updated_at").nullable,
  ]

  static let countries = WholeQuery("addresses.countries", country, order: "c.name, c.id")

  /// `$1` bigint: the country.
  static let oneCountry = RowQuery("addresses.country", country, where: "c.id = $1")

  /// `$1` bigint: the country.
  static let regionsOfCountry = WholeQuery(
    "addresses.regions", region, where: "r.country_id = $1", order: "r.name, r.id",
    ifThereIs: "exists (select from countries c where c.id = $1 and c.is_active)")

  /// `$1` bigint: the user. A user has at most a hundred.
  static let ofUser = WholeQuery(
    "addresses.of_user", address, where: "a.user_id = $1", order: "a.is_default desc, a.created_at desc, a.id desc")

  /// `$1` bigint: the user; `$2` text: billing or shipping.
  static let ofUserByType = WholeQuery(
    "addresses.of_user_by_type", address, where: "a.user_id = $1 and a.type in ($2::text, 'both')",
    order: "a.is_default desc, a.created_at desc, a.id desc")

  /// `$1` bigint: the address; `$2` bigint: the user.
  static let own = RowQuery("addresses.one", address, where: "a.id = $1 and a.user_id = $2")
}
