import Aggregates
import Postgres

/// Statements on orders_service_db.
enum OrderStatements {
  private static let head = """
    'id', o.id, 'order_number', o.order_number, 'user_id', o.user_id, 'billing_address_id', o.billing_address_id,
    'shipping_address_id', o.shipping_address_id, 'status_id', o.status_id, 'status', s.name,
    'total_amount_ht', o.total_amount_ht::text, 'total_discount', o.total_discount::text, 'vat_amount', o.vat_amount::text,
    'total_amount_ttc', o.total_amount_ttc::text, 'currency', 'EUR', 'notes', o.notes, 'website_id', o.website_id,
    'created_at', internal.rfc3339(o.created_at), 'updated_at', internal.rfc3339(o.updated_at)
    """

  private static let items = """
    'items', coalesce(
      (select json_agg(json_build_object(
        'id', i.id, 'product_id', i.product_id, 'product_name', i.product_name, 'product_ref', i.product_ref, 'quantity', i.quantity,
        'unit_price_ht', i.unit_price_ht::text, 'unit_price_ttc', i.unit_price_ttc::text, 'total_price_ht', i.total_price_ht::text,
        'total_discount', i.total_discount::text, 'vat_rate', i.vat_rate::text, 'vat_amount', i.vat_amount::text,
        'total_price_ttc', i.total_price_ttc::text) order by i.id)
      from order_items i where i.order_id = o.id), '[]'::json)
    """

  private static let summary = "json_build_object(\(head))"
  private static let whole = "json_build_object(\(head), \(items))"
  private static let from = "orders o join order_status s on s.id = o.status_id"

  private static let status = """
    json_build_object(
      'id', s.id, 'name', s.name, 'description', s.description,
      'created_at', internal.rfc3339(s.created_at), 'updated_at', internal.rfc3339(s.updated_at))
    """

  /// `$1` bigint: the order; `$2` bigint: its user.
  static let own = PostgresStatement(
    "orders.own",
    "select \(ReadSide.positionSQL), (select \(whole) from \(from) where o.id = $1 and o.user_id = $2 and o.deleted_at is null)")

  /// `$1` bigint: the order.
  static let one = PostgresStatement(
    "orders.one", "select \(ReadSide.positionSQL), (select \(whole) from \(from) where o.id = $1 and o.deleted_at is null)")

  static let statuses = PostgresStatement(
    "orders.statuses",
    "select \(ReadSide.positionSQL), coalesce((select json_agg(\(status) order by s.id) from order_status s), '[]'::json)")

  /// `$1` bigint: the status.
  static let oneStatus = PostgresStatement(
    "orders.status", "select \(ReadSide.positionSQL), (select \(status) from order_status s where s.id = $1)")

  /// Orders by status, deleted ones left out.
  static let statistics = PostgresStatement(
    "orders.statistics",
    """
    select \(ReadSide.positionSQL), coalesce(
      (select json_agg(json_build_object('status_id', s.id, 'status', s.name, 'orders', (
        select count(*) from orders o where o.status_id = s.id and o.deleted_at is null)) order by s.id) from order_status s),
      '[]'::json)
    """)

  /// `$1` bigint: the status.
  static let usesOfStatus = PostgresStatement(
    "orders.uses_of_status", "select \(ReadSide.positionSQL), (select count(*) from orders o where o.status_id = $1)")

  private static let sorts: [Listing.Sort] = [
    .init("created_at", "o.created_at", .time), .init("total_amount_ttc", "o.total_amount_ttc", .number),
  ]
  private static let statusFilter = Listing.Filter("status_id", alias: "status_id", .integer(min: 1), "o.status_id = $?") { .int64($0) }
  private static let nameFilter = Listing.Filter("status", alias: "status", .choice(OrderStatusName.self), "s.name = $?") {
    .text($0.rawValue)
  }

  /// `$1` bigint: the user.
  static let ofUser = Listing(
    "orders.of_user", item: summary, id: "o.id", from: from, where: ["o.user_id = $1", "o.deleted_at is null"], fixedParameters: 1,
    sorts: sorts, defaultSort: "-created_at", filters: [statusFilter, nameFilter], defaultLimit: 10)

  static let all = Listing(
    "orders.all", item: summary, id: "o.id", from: from, where: ["o.deleted_at is null"], sorts: sorts, defaultSort: "-created_at",
    filters: [
      statusFilter, nameFilter, .init("user_id", alias: "user_id", .integer(min: 1), "o.user_id = $?") { .int64($0) },
    ])
}
