import Postgres

/// Statements on baskets_service_db.
enum BasketStatements {
  private static let basket = """
    json_build_object(
      'id', b.id, 'user_id', b.user_id, 'amount', b.amount::text, 'currency', 'EUR', 'website_id', b.website_id,
      'items', coalesce(
        (select json_agg(json_build_object(
          'id', i.id, 'product_id', i.product_id, 'product_name', p.name, 'product_ref', p.ref, 'quantity', i.quantity,
          'price_ht', i.price_ht::text, 'total_ht', (i.price_ht * i.quantity)::text) order by i.id)
         from basket_items i left join product_copies p on p.id = i.product_id where i.basket_id = b.id), '[]'::json),
      'promo_codes', coalesce(
        (select json_agg(json_build_object(
          'id', l.id, 'promo_code_id', c.id, 'code', c.code, 'name', c.name, 'discount', c.discount::text) order by l.id)
         from basket_promo_code l join promo_codes c on c.id = l.promo_code_id where l.basket_id = b.id), '[]'::json),
      'created_at', internal.rfc3339(b.created_at), 'updated_at', internal.rfc3339(b.updated_at))
    """

  private static let code = """
    json_build_object(
      'id', c.id, 'name', c.name, 'code', c.code, 'discount', c.discount::text, 'id_1', c.id_1,
      'type', (select json_build_object('id', t.id, 'name', t.name, 'symbol', t.symbol) from types t where t.id = c.id_1),
      'valid_from', internal.rfc3339(c.valid_from), 'valid_until', internal.rfc3339(c.valid_until),
      'min_order_amount', c.min_order_amount::text, 'max_discount', c.max_discount::text, 'max_usage', c.max_usage,
      'max_usage_per_user', c.max_usage_per_user, 'current_usage', c.current_usage, 'combinable', c.combinable, 'scope', c.scope,
      'created_at', internal.rfc3339(c.created_at), 'updated_at', internal.rfc3339(c.updated_at))
    """

  private static let type = """
    json_build_object(
      'id', t.id, 'name', t.name, 'symbol', t.symbol,
      'created_at', internal.rfc3339(t.created_at), 'updated_at', internal.rfc3339(t.updated_at))
    """

  /// `$1` bigint: the user.
  static let current = PostgresStatement(
    "baskets.current",
    """
    select \(ReadSide.positionSQL),
      (select \(basket) from baskets b where b.user_id = $1 and b.deleted_at is null order by b.id desc limit 1)
    """)

  /// `$1` bigint: the basket.
  static let one = PostgresStatement(
    "baskets.one", "select \(ReadSide.positionSQL), (select \(basket) from baskets b where b.id = $1 and b.deleted_at is null)")

  static let all = Listing(
    "baskets.all", item: basket, id: "b.id", from: "baskets b", where: ["b.deleted_at is null"],
    sorts: [.init("updated_at", "b.updated_at", .time), .init("amount", "b.amount", .number)], defaultSort: "-updated_at",
    filters: [.init("user_id", alias: "user_id", .integer(min: 1), "b.user_id = $?") { .int64($0) }])

  /// What commands need to know of products. `$1` bigint[]: their ids. At least one row; the product's columns are null when none is known.
  static let productFacts = PostgresStatement(
    "baskets.product_facts",
    """
    select here.position, p.id, p.name, p.ref, p.price_ht::text, coalesce(r.value_, 20.00)::text, p.stock, p.deleted_at is not null,
      p.website_id
    from (select \(ReadSide.positionSQL) as position) here
    left join product_copies p on p.id = any($1::bigint[])
    left join lateral (
      select v.value_ from product_type_copies pt join type_copies t on t.id = pt.type_id join vat_copies v on v.id = t.vat_id
      where pt.product_id = p.id order by pt.type_id limit 1) r on true
    """)

  /// `$1` bigint: the user. His addresses; one row with null when he has none.
  static let ownAddresses = PostgresStatement(
    "baskets.own_addresses",
    """
    select here.position, a.id from (select \(ReadSide.positionSQL) as position) here left join address_copies a on a.user_id = $1
    """)

  /// `$1` bigint: a line. The free stock of its product, null when unknown.
  static let stockOfItem = PostgresStatement(
    "baskets.stock_of_item",
    """
    select \(ReadSide.positionSQL),
      (select p.stock::bigint from basket_items i join product_copies p on p.id = i.product_id where i.id = $1)
    """)

  /// `$1` text: the code in upper case. What may be told about it to anybody.
  static let usableCode = PostgresStatement(
    "baskets.usable_code",
    """
    select \(ReadSide.positionSQL), (
      select json_build_object(
        'code', c.code, 'name', c.name, 'discount', c.discount::text,
        'type', (select json_build_object('id', t.id, 'name', t.name, 'symbol', t.symbol) from types t where t.id = c.id_1),
        'valid', (c.valid_from is null or c.valid_from <= now()) and (c.valid_until is null or c.valid_until > now())
          and (c.max_usage is null or c.current_usage < c.max_usage),
        'min_order_amount', c.min_order_amount::text, 'valid_from', internal.rfc3339(c.valid_from),
        'valid_until', internal.rfc3339(c.valid_until), 'combinable', c.combinable)
      from promo_codes c where c.code = $1 and c.deleted_at is null)
    """)

  /// `$1` bigint: the promo code. The third column is the code itself.
  static let oneCode = PostgresStatement(
    "baskets.promo_code",
    """
    select here.position, c.document, c.code
    from (select \(ReadSide.positionSQL) as position) here
    left join (select c.code, \(code) as document from promo_codes c where c.id = $1 and c.deleted_at is null) c on true
    """)

  static let codes = Listing(
    "baskets.promo_codes", item: code, id: "c.id", from: "promo_codes c", where: ["c.deleted_at is null"],
    sorts: [.init("created_at", "c.created_at", .time), .init("code", "c.code", .text)], defaultSort: "-created_at")

  /// `$1` bigint: the discount type.
  static let oneType = PostgresStatement(
    "baskets.type", "select \(ReadSide.positionSQL), (select \(type) from types t where t.id = $1 and t.deleted_at is null)")

  static let types = PostgresStatement(
    "baskets.types",
    "select \(ReadSide.positionSQL), coalesce((select json_agg(\(type) order by t.id) from types t where t.deleted_at is null), '[]'::json)"
  )

  /// `$1` bigint: the discount type. Its symbol, null when there is none such.
  static let symbol = PostgresStatement(
    "baskets.type_symbol", "select \(ReadSide.positionSQL), (select t.symbol from types t where t.id = $1 and t.deleted_at is null)")

  /// `$1` bigint: the discount type.
  static let usesOfType = PostgresStatement(
    "baskets.uses_of_type",
    "select \(ReadSide.positionSQL), (select count(*) from promo_codes c where c.id_1 = $1 and c.deleted_at is null)")
}
