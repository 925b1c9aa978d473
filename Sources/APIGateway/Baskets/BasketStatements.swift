import Postgres

/// What commands ask of baskets_service_db.
enum BasketStatements {
  /// What commands need to know of products. `$1` bigint[]: their ids. At least one row; the product's columns are null when none is known.
  static let productFacts = PostgresStatement(
    "baskets.product_facts",
    """
    select here.position, p.id, p.name, p.ref, p.price_ht::text, coalesce(r.value_, 20.00)::text, p.stock, p.deleted_at is not null,
      p.website_id, p.withdrawal_exclusion
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

  /// `$1` bigint: the promo code. The code itself, null when there is none such.
  static let codeOfID = PostgresStatement(
    "baskets.code_of_id",
    "select \(ReadSide.positionSQL), (select c.code from promo_codes c where c.id = $1 and c.deleted_at is null)")

  /// `$1` bigint: the discount type. Its symbol, null when there is none such.
  static let symbol = PostgresStatement(
    "baskets.type_symbol", "select \(ReadSide.positionSQL), (select t.symbol from types t where t.id = $1 and t.deleted_at is null)")

  /// `$1` bigint: the discount type.
  static let usesOfType = PostgresStatement(
    "baskets.uses_of_type",
    "select \(ReadSide.positionSQL), (select count(*) from promo_codes c where c.id_1 = $1 and c.deleted_at is null)")
}
