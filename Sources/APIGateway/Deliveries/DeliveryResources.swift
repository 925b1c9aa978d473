import Aggregates
import Postgres

/// What answers show of deliveries_service_db, but for sale points.
enum DeliveryResources {
  static let status = Resource(
    "status", schema: "DeliveryStatus", table: "status", from: "status ds", id: "ds.id", where: "ds.deleted_at is null",
    stream: .init(DeliveryStatus.category),
    fields: [
      .id("id", "ds.id"), .text("name", "ds.name").sortable, .text("color", "ds.color"), .text("description", "ds.description").nullable,
      .time("created_at", "ds.created_at").nullable, .time("updated_at", "ds.updated_at").nullable,
    ])

  static let delivery = Resource(
    "delivery", schema: "Delivery", table: "deliveries", from: "deliveries d join status st on st.id = d.status_id", id: "d.id",
    where: "d.deleted_at is null and \(isOfWebsite("d"))", stream: .init(Delivery.category),
    fields: [
      .id("id", "d.id"), .text("tracking_number", "d.tracking_number"), .id("order_id", "d.order_id"),
      .id("user_id", "(select oc.user_id from order_copies oc where oc.id = d.order_id)").nullable,
      .id("sale_point_id", "d.sale_point_id").nullable, .id("status_id", "d.status_id"), .text("status", "st.name"),
      .choice("delivery_method", "d.delivery_method", DeliveryMethod.allCases.map(\.rawValue)),
      .decimal("shipping_cost", "d.shipping_cost").sortable, .constant("currency", Cents.currencyCode),
      .text("delivery_address", "d.delivery_address").nullable, .text("special_instructions", "d.special_instructions").nullable,
      .time("estimated_delivery_date", "d.estimated_delivery_date").nullable.sortable,
      .time("actual_delivery_date", "d.actual_delivery_date").nullable, .time("shipped_at", "d.shipped_at").nullable,
      .text("carrier_name", "d.carrier_name").nullable, .text("carrier_tracking_number", "d.carrier_tracking_number").nullable,
      .json("carrier_details", "d.carrier_details", carrierDetails).nullable, .text("recipient_name", "d.recipient_name").nullable,
      .text("recipient_phone", "d.recipient_phone").nullable, .text("delivery_notes", "d.delivery_notes").nullable,
      .time("created_at", "d.created_at").nullable.sortable, .time("updated_at", "d.updated_at").nullable,
    ],
    relations: [.one("sale_point", SalePointResources.salePoint, on: "sp.id = d.sale_point_id")],
    filters: [
      .id("status_id", "d.status_id"),
      Filter("status", alias: "status", .choice(DeliveryStatusName.self), "st.name = $?") { .text($0.rawValue) },
      Filter("delivery_method", alias: "delivery_method", .choice(DeliveryMethod.self), "d.delivery_method = $?") { .text($0.rawValue) },
      .id("order_id", "d.order_id"), .id("sale_point_id", "d.sale_point_id"),
      Filter("carrier_name", alias: "carrier_name", .text(255), "lower(d.carrier_name) = lower($?)") { .text($0) },
      Filter("overdue", alias: "overdue", .bool, "(\(isOverdue)) = $?") { .bool($0) },
    ])

  /// What whoever knows a number sees: nothing that tells of a person.
  private static let parcel = Resource(
    "parcel", schema: "Parcel", table: "deliveries", from: "deliveries t join status ts on ts.id = t.status_id", id: "t.id",
    where: "t.deleted_at is null", stream: .init(Delivery.category, isAggregate: false),
    fields: [
      .text("tracking_number", "t.tracking_number"), .text("status", "ts.name"), .text("status_color", "ts.color"),
      .text("status_description", "ts.description").nullable,
      .choice("delivery_method", "t.delivery_method", DeliveryMethod.allCases.map(\.rawValue)),
      .time("estimated_delivery_date", "t.estimated_delivery_date").nullable,
      .time("actual_delivery_date", "t.actual_delivery_date").nullable, .time("shipped_at", "t.shipped_at").nullable,
      .text("carrier_name", "t.carrier_name").nullable, .text("carrier_tracking_number", "t.carrier_tracking_number").nullable,
      .json("carrier_details", "t.carrier_details", carrierDetails).nullable,
    ],
    relations: [
      .one(
        "sale_point", SalePointResources.salePoint, on: "sp.id = t.sale_point_id",
        showing: ["id", "name", "address", "city", "postal_code", "opening_hours"], embedded: true)
    ])

  /// Whether a delivery's order was placed where the request was sent. Whoever knows its tracking number follows it from everywhere.
  private static func isOfWebsite(_ delivery: String) -> String {
    ReadScope.own("(select ow.website_id from order_copies ow where ow.id = \(delivery).order_id)")
  }

  private static let isOverdue = "d.actual_delivery_date is null and d.estimated_delivery_date < now()"

  private static let carrierDetails = Schema.object(
    "CarrierDetails",
    [
      "events": .array(
        .object([
          "code": .text, "occurred_at": .time, "city": .text.nullable, "country": .text.nullable, "description": .text.nullable,
        ])),
      "current_location": .object(["city": .text.nullable, "country": .text.nullable]).nullable,
      "signature_required": .boolean.nullable,
    ])

  /// How many deliveries are in each status, hidden ones left out.
  private static let statusCount = Resource(
    "status_count", schema: "DeliveryStatusCount", table: "deliveries", from: "status ds", id: "ds.id", where: "ds.deleted_at is null",
    stream: .init(Delivery.category, isAggregate: false),
    fields: [
      .id("status_id", "ds.id"), .text("status", "ds.name"),
      .integer(
        "deliveries", "(select count(*) from deliveries c where c.status_id = ds.id and c.deleted_at is null and \(isOfWebsite("c")))"),
    ])

  private static let statistic = Resource(
    "delivery_statistics", schema: "DeliveryStatistics", table: "deliveries", from: "(select 1::bigint as id) one", id: "one.id",
    fields: [
      .integer("total", count("true")), .integer("pending", count(inStatus(.pending))), .integer("shipped", count(inStatus(.shipped))),
      .integer("delivered", count(inStatus(.delivered))), .integer("overdue", count(isOverdue)),
      .json(
        "by_method",
        """
        (select json_build_object('standard', count(*) filter (where d.delivery_method = 'standard'),
            'express', count(*) filter (where d.delivery_method = 'express'), 'pickup', count(*) filter (where d.delivery_method = 'pickup'))
          from deliveries d where d.deleted_at is null and \(isOfWebsite("d")))
        """, .object(["standard": .integer, "express": .integer, "pickup": .integer])),
    ],
    relations: [.many("by_status", statusCount, on: "ds.deleted_at is null", order: "ds.id", embedded: true)])

  private static func count(_ condition: String) -> String {
    "(select count(*) from deliveries d where d.deleted_at is null and \(isOfWebsite("d")) and \(condition))"
  }

  private static func inStatus(_ status: DeliveryStatusName) -> String { "d.status_id = \(status.id)" }

  // MARK: Queries

  private static let isOwn = "exists (select from order_copies o where o.id = d.order_id and o.user_id = "

  /// `$1` text: the tracking number.
  static let tracked = RowQuery("deliveries.tracked", parcel, where: "t.tracking_number = $1", isByID: false)

  /// `$1` bigint: the delivery; `$2` bigint: whose order it is.
  static let own = RowQuery("deliveries.own", delivery, where: "d.id = $1 and \(isOwn)$2)", embedding: ["sale_point"])

  /// `$1` bigint: whose orders they are.
  static let ofUser = Listing(
    "deliveries.of_user", delivery, where: ["\(isOwn)$1)"], fixedParameters: 1, defaultSort: "-created_at", defaultLimit: 10)

  /// `$1` bigint: the delivery.
  static let one = RowQuery("deliveries.one", delivery, where: "d.id = $1", embedding: ["sale_point"])
  static let all = Listing("deliveries.all", delivery, defaultSort: "-created_at")
  static let statistics = RowQuery("deliveries.statistics", statistic, where: "one.id = 1", isByID: false)

  /// `$1` bigint: the status.
  static let oneStatus = RowQuery("deliveries.status", status, where: "ds.id = $1")
  static let statuses = WholeQuery("deliveries.statuses", status, order: "ds.id")
  static let statusCounts = WholeQuery("deliveries.status_counts", statusCount, order: "ds.id")
}
