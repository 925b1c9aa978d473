import Aggregates
import Postgres

/// What answers show of the points where parcels are collected.
enum SalePointResources {
  static let salePoint = salePoint("sale_point", schema: "SalePoint", more: [])

  /// Near a place: `$1` and `$2` float8, its latitude and longitude.
  private static let nearPoint = salePoint("near_sale_point", schema: "NearSalePoint", more: [.decimal("distance_km", distance)])

  /// By the haversine formula.
  private static let distance = """
    round((\(2 * GeoBox.earthRadius) * asin(least(1, sqrt(
      power(sin(radians(sp.latitude::float8 - $1::float8) / 2), 2)
      + cos(radians($1::float8)) * cos(radians(sp.latitude::float8)) * power(sin(radians(sp.longitude::float8 - $2::float8) / 2), 2)
    ))))::numeric, 3)
    """

  private static func salePoint(_ name: String, schema: String, more: [Resource.Field]) -> Resource {
    Resource(
      name, schema: schema, table: "sale_points", from: "sale_points sp", id: "sp.id", where: "sp.deleted_at is null",
      stream: .init(SalePoint.category),
      fields: [
        .id("id", "sp.id"), .text("name", "sp.name").sortable, .text("code", "sp.code").nullable.sortable,
        .text("address", "sp.address").nullable, .text("city", "sp.city").nullable.sortable,
        .text("postal_code", "sp.postal_code").nullable, .text("country", "sp.country"), .text("phone", "sp.phone").nullable,
        .text("email", "sp.email").nullable, .json("opening_hours", "sp.opening_hours", openingHours).nullable,
        .bool("is_active", "sp.is_active"), .decimal("latitude", "sp.latitude").nullable, .decimal("longitude", "sp.longitude").nullable,
        .time("created_at", "sp.created_at").nullable.sortable, .time("updated_at", "sp.updated_at").nullable,
      ] + more,
      filters: [
        Filter("city", alias: "city", .text(255), "sp.city = $?") { .text($0) },
        Filter("postal_code", alias: "postal_code", .text(20), "sp.postal_code = $?") { .text($0) },
      ])
  }

  static let openingHours = Schema.object(
    fields: OpeningHours.Day.allCases.map { day in
      (day.rawValue, Schema.either(.choice(["closed"]), .object(["open": .text, "close": .text])).optional)
    }
  ).named("OpeningHours")

  private static let statistic = Resource(
    "sale_point_statistics", schema: "SalePointStatistics", table: "sale_points", from: "(select 1::bigint as id) one", id: "one.id",
    fields: [
      .integer("total", "(select count(*) from sale_points c where c.deleted_at is null)"),
      .integer("active", "(select count(*) from sale_points c where c.deleted_at is null and c.is_active)"),
    ],
    relations: [
      .many(
        "sale_points",
        Resource(
          "sale_point_count", table: "deliveries", from: "sale_points sp", id: "sp.id", where: "sp.deleted_at is null",
          fields: [
            .id("sale_point_id", "sp.id"), .text("name", "sp.name"),
            .integer("deliveries", "(select count(*) from deliveries c where c.sale_point_id = sp.id and c.deleted_at is null)"),
            .integer(
              "waiting",
              """
              (select count(*) from deliveries c
                where c.sale_point_id = sp.id and c.deleted_at is null and c.status_id = \(DeliveryStatusName.readyForPickup.id))
              """),
          ]), on: "sp.deleted_at is null", order: "sp.id", embedded: true)
    ])

  // MARK: Queries

  /// `$1` bigint: the point, and likewise below.
  static let open = RowQuery("deliveries.sale_point", salePoint, where: "sp.id = $1 and sp.is_active")
  static let any = RowQuery("deliveries.any_sale_point", salePoint, where: "sp.id = $1")
  static let list = Listing("deliveries.sale_points", salePoint, where: ["sp.is_active"], defaultSort: "name")
  static let all = Listing(
    "deliveries.all_sale_points", salePoint, defaultSort: "name",
    filters: [Filter("is_active", alias: "is_active", .bool, "sp.is_active = $?") { .bool($0) }])
  static let statistics = RowQuery("deliveries.sale_point_statistics", statistic, where: "one.id = 1", isByID: false)

  /// Active points within a distance, the nearest first, at most 100. `$1` latitude, `$2` longitude, `$3` distance in km;
  /// `$4` to `$7` the box around them, which the index finds: latitudes, longitudes.
  static let nearby = WholeQuery(
    "deliveries.nearby", nearPoint,
    where: """
      sp.is_active and sp.latitude between $4::numeric and $5::numeric and sp.longitude between $6::numeric and $7::numeric
      and \(distance) <= $3::numeric
      """,
    order: "\(distance), sp.id limit 100")
}
