import Postgres

/// What commands ask of products_service_db.
enum ProductStatements {
  /// `$1` bigint: the brand. How many products have it, and likewise below.
  static let usesOfBrand = PostgresStatement(
    "products.uses_of_brand",
    "select \(ReadSide.positionSQL), (select count(*) from products p where p.id_1 = $1 and p.deleted_at is null)")

  static let usesOfType = PostgresStatement(
    "products.uses_of_type",
    """
    select \(ReadSide.positionSQL), (
      select count(*) from product_types pt join products p on p.id = pt.product_id where pt.type_id = $1 and p.deleted_at is null)
    """)

  static let usesOfVAT = PostgresStatement(
    "products.uses_of_vat", "select \(ReadSide.positionSQL), (select count(*) from types t where t.id_1 = $1)")
}
