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

  static let usesOfCategory = PostgresStatement("products.uses_of_category", usesByLink("product_categories", "category_id"))
  static let usesOfCatalog = PostgresStatement("products.uses_of_catalog", usesByLink("product_catalogs", "catalog_id"))
  static let usesOfAttributeGroup = PostgresStatement(
    "products.uses_of_attribute_group", usesByLink("attributes", "attribute_group_id"))
  static let usesOfRelatedCharacteristic = PostgresStatement(
    "products.uses_of_related_characteristic", usesByLink("characteristics", "related_characteristic_id"))

  static let usesOfCharacteristicGroup = PostgresStatement(
    "products.uses_of_characteristic_group",
    "select \(ReadSide.positionSQL), (select count(*) from related_characteristics rc where rc.id_1 = $1)")

  /// `$1` bigint: the image. `$2` bigint: its product. `$3` text: which version; the original stands for one that there is not.
  /// `<bucket>/<key>`; null when there is no such image of a product on sale.
  static let imageFile = ScopedStatement(
    "products.image_file", parameters: 3,
    """
    select \(ReadSide.positionSQL), (
      select coalesce(case $3 when 'medium' then i.medium_url when 'thumbnail' then i.thumbnail_url end, i.original_url)
      from product_images i join products p on p.id = i.product_id
      where i.id = $1 and i.product_id = $2 and p.deleted_at is null and \(ReadScope.own("p.website_id")))
    """)

  /// How many rows of a table tie a product on sale to the row.
  private static func usesByLink(_ table: String, _ column: String) -> String {
    """
    select \(ReadSide.positionSQL), (
      select count(*) from \(table) l join products p on p.id = l.product_id where l.\(column) = $1 and p.deleted_at is null)
    """
  }
}
