import Aggregates

/// What answers show of baskets_service_db.
enum BasketResources {
  static let type = Resource(
    "type", schema: "DiscountType", table: "types", from: "types t", id: "t.id", where: "t.deleted_at is null",
    stream: .init(DiscountType.category),
    fields: [
      .id("id", "t.id"), .text("name", "t.name"), .text("symbol", "t.symbol"), .time("created_at", "t.created_at").nullable,
      .time("updated_at", "t.updated_at").nullable,
    ])

  private static let scope = Schema.object(["products": .array(.id), "categories": .array(.id)])
  private static let typeOfCode = Resource.Relation.one(
    "type", type, on: "t.id = c.id_1", showing: ["id", "name", "symbol"], embedded: true)

  static let promoCode = Resource(
    "promo_code", schema: "PromoCode", table: "promo_codes", from: "promo_codes c", id: "c.id", where: "c.deleted_at is null",
    stream: .init(PromoCode.category, key: "c.code"),
    fields: [
      .id("id", "c.id"), .text("name", "c.name"), .text("code", "c.code").sortable, .decimal("discount", "c.discount"),
      .id("id_1", "c.id_1").nullable, .time("valid_from", "c.valid_from").nullable, .time("valid_until", "c.valid_until").nullable,
      .decimal("min_order_amount", "c.min_order_amount").nullable, .decimal("max_discount", "c.max_discount").nullable,
      .integer("max_usage", "c.max_usage").nullable, .integer("max_usage_per_user", "c.max_usage_per_user").nullable,
      .integer("current_usage", "c.current_usage"), .bool("combinable", "c.combinable"), .json("scope", "c.scope", scope).nullable,
      .time("created_at", "c.created_at").nullable.sortable, .time("updated_at", "c.updated_at").nullable,
    ],
    relations: [typeOfCode])

  /// What may be told about a code to anybody.
  private static let usable = Resource(
    "usable_promo_code", schema: "UsablePromoCode", table: "promo_codes", from: "promo_codes c", id: "c.id",
    where: "c.deleted_at is null", stream: .init(PromoCode.category, key: "c.code", isAggregate: false),
    fields: [
      .text("code", "c.code"), .text("name", "c.name"), .decimal("discount", "c.discount"),
      .bool(
        "valid",
        """
        ((c.valid_from is null or c.valid_from <= now()) and (c.valid_until is null or c.valid_until > now())
          and (c.max_usage is null or c.current_usage < c.max_usage))
        """),
      .decimal("min_order_amount", "c.min_order_amount").nullable, .time("valid_from", "c.valid_from").nullable,
      .time("valid_until", "c.valid_until").nullable, .bool("combinable", "c.combinable"),
    ],
    relations: [typeOfCode])

  private static let product = Resource(
    "product", table: "product_copies", from: "product_copies pc", id: "pc.id",
    fields: [
      .id("id", "pc.id"), .text("name", "pc.name"), .text("ref", "pc.ref"), .decimal("price_ht", "pc.price_ht"),
      .integer("stock", "pc.stock"),
    ])

  private static let item = Resource(
    "basket_item", table: "basket_items", from: "basket_items i left join product_copies p on p.id = i.product_id", id: "i.id",
    fields: [
      .id("id", "i.id"), .id("product_id", "i.product_id"), .text("product_name", "p.name").nullable,
      .text("product_ref", "p.ref").nullable, .integer("quantity", "i.quantity"), .decimal("price_ht", "i.price_ht"),
      .decimal("total_ht", "i.price_ht * i.quantity"),
    ],
    relations: [.one("product", product, on: "pc.id = i.product_id and pc.deleted_at is null")])

  private static let appliedCode = Resource(
    "basket_promo_code", table: "basket_promo_code",
    from: "basket_promo_code l join promo_codes c on c.id = l.promo_code_id", id: "l.id",
    fields: [
      .id("id", "l.id"), .id("promo_code_id", "c.id"), .text("code", "c.code"), .text("name", "c.name"), .decimal("discount", "c.discount"),
    ])

  static let basket = Resource(
    "basket", schema: "Basket", table: "baskets", from: "baskets b", id: "b.id",
    where: "b.deleted_at is null and \(ReadScope.own("b.website_id"))",
    stream: .init(Basket.category),
    fields: [
      .id("id", "b.id"), .id("user_id", "b.user_id"), .decimal("amount", "b.amount").sortable, .constant("currency", Cents.currencyCode),
      .id("website_id", "b.website_id").nullable, .time("created_at", "b.created_at").nullable,
      .time("updated_at", "b.updated_at").nullable.sortable,
    ],
    relations: [
      .many("items", item, on: "i.basket_id = b.id", order: "i.id", embedded: true),
      .many("promo_codes", appliedCode, on: "l.basket_id = b.id", order: "l.id", embedded: true, expected: 2),
    ],
    filters: [.id("user_id", "b.user_id")])

  // MARK: Queries

  /// `$1` bigint: the user.
  static let current = RowQuery(
    "baskets.current", basket,
    where: """
      b.id = (
        select max(o.id) from baskets o where o.user_id = $1 and o.deleted_at is null and \(ReadScope.own("o.website_id")))
      """, isByID: false)

  /// `$1` bigint: the row's id, and likewise below.
  static let one = RowQuery("baskets.one", basket, where: "b.id = $1")
  static let oneCode = RowQuery("baskets.promo_code", promoCode, where: "c.id = $1")
  static let oneType = RowQuery("baskets.type", type, where: "t.id = $1")

  /// `$1` text: the code in upper case.
  static let usableCode = RowQuery("baskets.usable_code", usable, where: "c.code = $1", isByID: false)

  static let all = Listing("baskets.all", basket, defaultSort: "-updated_at")
  static let codes = Listing("baskets.promo_codes", promoCode, defaultSort: "-created_at")
  static let types = WholeQuery("baskets.types", type, order: "t.id")
}
