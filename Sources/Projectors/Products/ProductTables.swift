/// The tables of `products_service_db`.
enum ProductTables {
  static let all = [
    vat, brands, types, categories, catalogs, attributeGroups, characteristicGroups, relatedCharacteristics, products, attributes,
    characteristics, productTypes, productCategories, productCatalogs, productImages,
  ]

  static let vat = Table("vat", [Column("id", .bigint), Column("name", .text), Column("value_", .numeric(scale: 2))])
  static let brands = Table(
    "brands",
    [
      Column("id", .bigint), Column("name", .text), Column("website", .text), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz),
    ])
  static let types = Table(
    "types", references: ["id_1": "vat"],
    [
      Column("id", .bigint), Column("name", .text), Column("id_1", .bigint), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ])
  static let products = Table(
    "products", references: ["id_1": "brands"],
    [
      Column("id", .bigint), Column("name", .text), Column("ref", .text), Column("price_ht", .numeric(scale: 2)),
      Column("stock", .integer), Column("id_1", .bigint), Column("website_id", .bigint), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz), Column("withdrawal_exclusion", .text),
    ])
  static let productTypes = Table(
    "product_types", references: ["product_id": "products", "type_id": "types"],
    [
      Column("id", .bigint), Column("product_id", .bigint), Column("type_id", .bigint), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ])
  static let categories = Table(
    "categories", references: ["id_1": "categories"],
    unique: [Table.UniqueRule("sibling names", "coalesce(id_1, 0), name")],
    [
      Column("id", .bigint), Column("name", .text), Column("id_1", .bigint), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ])
  static let catalogs = Table(
    "catalogs", references: ["id_1": "catalogs"],
    unique: [Table.UniqueRule("sibling names", "coalesce(id_1, 0), name", where: "deleted_at is null")],
    [
      Column("id", .bigint), Column("name", .text), Column("id_1", .bigint), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz),
    ])
  static let attributeGroups = Table(
    "attribute_groups",
    [
      Column("id", .bigint), Column("name", .text), Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
  static let characteristicGroups = Table(
    "characteristic_groups",
    [
      Column("id", .bigint), Column("name", .text), Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
  static let relatedCharacteristics = Table(
    "related_characteristics", references: ["id_1": "characteristic_groups"],
    [
      Column("id", .bigint), Column("name", .text), Column("id_1", .bigint), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ])
  static let attributes = Table(
    "attributes", references: ["product_id": "products", "attribute_group_id": "attribute_groups"],
    [
      Column("id", .bigint), Column("value_", .text), Column("stock", .integer), Column("product_id", .bigint),
      Column("attribute_group_id", .bigint), Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
  static let characteristics = Table(
    "characteristics", references: ["product_id": "products", "related_characteristic_id": "related_characteristics"],
    [
      Column("id", .bigint), Column("value_", .text), Column("product_id", .bigint), Column("related_characteristic_id", .bigint),
      Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
  static let productCategories = Table(
    "product_categories", references: ["product_id": "products", "category_id": "categories"],
    [
      Column("id", .bigint), Column("product_id", .bigint), Column("category_id", .bigint), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ] + sortedBy)
  static let productCatalogs = Table(
    "product_catalogs", references: ["product_id": "products", "catalog_id": "catalogs"],
    [
      Column("id", .bigint), Column("product_id", .bigint), Column("catalog_id", .bigint), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ] + sortedBy)
  /// What lists of a category's or catalogue's products are sorted by.
  private static let sortedBy = [
    Column("product_price_ht", .numeric(scale: 2), copy: .init(of: "price_ht", in: "products", by: "product_id")),
    Column("product_created_at", .timestamptz, copy: .init(of: "created_at", in: "products", by: "product_id")),
  ]
  static let productImages = Table(
    "product_images", references: ["product_id": "products"],
    unique: [Table.UniqueRule("one main image a product", "product_id", where: "type = 'main'")],
    [
      Column("id", .bigint), Column("product_id", .bigint), Column("original_url", .text), Column("thumbnail_url", .text),
      Column("medium_url", .text), Column("filename", .text), Column("type", .text), Column("alt_text", .text),
      Column("position", .integer), Column("size", .bigint), Column("mime_type", .text), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ])
}
