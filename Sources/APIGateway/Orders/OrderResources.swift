import Aggregates
import Postgres

/// What answers show of orders_service_db.
enum OrderResources {
  static let status = Resource(
    "order_status", schema: "OrderStatus", table: "order_status", from: "order_status s", id: "s.id",
    stream: .init(OrderStatus.category),
    fields: [
      .id("id", "s.id"), .text("name", "s.name"), .text("description", "s.description").nullable,
      .time("created_at", "s.created_at").nullable, .time("updated_at", "s.updated_at").nullable,
    ])

  private static let item = Resource(
    "order_item", table: "order_items", from: "order_items i", id: "i.id",
    fields: [
      .id("id", "i.id"), .id("product_id", "i.product_id"), .text("product_name", "i.product_name"), .text("product_ref", "i.product_ref"),
      .integer("quantity", "i.quantity"), .decimal("unit_price_ht", "i.unit_price_ht"), .decimal("unit_price_ttc", "i.unit_price_ttc"),
      .decimal("total_price_ht", "i.total_price_ht"), .decimal("total_discount", "i.total_discount"), .decimal("vat_rate", "i.vat_rate"),
      .decimal("vat_amount", "i.vat_amount"), .decimal("total_price_ttc", "i.total_price_ttc"),
    ])

  static let order = Resource(
    "order", schema: "Order", table: "orders", from: "orders o join order_status os on os.id = o.status_id", id: "o.id",
    where: "o.deleted_at is null and \(ReadScope.own("o.website_id"))", stream: .init(Order.category),
    fields: [
      .id("id", "o.id"), .text("order_number", "o.order_number"), .id("user_id", "o.user_id"),
      .id("billing_address_id", "o.billing_address_id"), .id("shipping_address_id", "o.shipping_address_id").nullable,
      .id("status_id", "o.status_id"), .text("status", "os.name"), .decimal("total_amount_ht", "o.total_amount_ht"),
      .decimal("total_discount", "o.total_discount"), .decimal("vat_amount", "o.vat_amount"),
      .decimal("total_amount_ttc", "o.total_amount_ttc").sortable, .constant("currency", Cents.currencyCode),
      .text("notes", "o.notes").nullable, .id("website_id", "o.website_id").nullable, .time("created_at", "o.created_at").nullable.sortable,
      .time("updated_at", "o.updated_at").nullable,
    ],
    relations: [.many("items", item, on: "i.order_id = o.id", order: "i.id")],
    filters: [
      .id("status_id", "o.status_id"),
      Filter("status", alias: "status", .choice(OrderStatusName.self), "os.name = $?") { .text($0.rawValue) },
    ])

  /// How many orders are in each status, deleted ones left out.
  private static let statusCount = Resource(
    "order_statistics", schema: "OrderStatistics", table: "orders", from: "order_status s", id: "s.id",
    stream: .init(Order.category, isAggregate: false),
    fields: [
      .id("status_id", "s.id"), .text("status", "s.name"),
      .integer(
        "orders",
        "(select count(*) from orders o where o.status_id = s.id and o.deleted_at is null and \(ReadScope.own("o.website_id")))"),
    ])

  // MARK: Queries

  /// `$1` bigint: the order; `$2` bigint: its user.
  static let own = RowQuery("orders.own", order, where: "o.id = $1 and o.user_id = $2", embedding: ["items"])

  /// `$1` bigint: the order.
  static let one = RowQuery("orders.one", order, where: "o.id = $1", embedding: ["items"])

  /// `$1` bigint: the status.
  static let oneStatus = RowQuery("orders.status", status, where: "s.id = $1")
  static let statuses = WholeQuery("orders.statuses", status, order: "s.id")
  static let statistics = WholeQuery("orders.statistics", statusCount, order: "s.id")

  /// `$1` bigint: the user.
  static let ofUser = Listing(
    "orders.of_user", order, where: ["o.user_id = $1"], fixedParameters: 1, defaultSort: "-created_at", defaultLimit: 10)
  static let all = Listing("orders.all", order, defaultSort: "-created_at", filters: [.id("user_id", "o.user_id"), search])

  /// By the beginning of the number, or by the reference of a product. Whose orders, `filter[user_id]` says: customers are found among the
  /// accounts, since orders hold nobody's name.
  private static let search = Filter(
    "search", alias: "search", .text(100),
    """
    (o.order_number ^@ upper($?)
      or o.id = any (array(
        select si.order_id from product_copies sp join order_items si on si.product_id = sp.id
        where internal.fold(sp.ref) = internal.fold($?))))
    """
  ) { .text($0) }
}
