import Aggregates
import Postgres

/// What answers show of products_service_db.
enum ProductResources {
  static let vat = Resource(
    "vat", schema: "VATRate", table: "vat", from: "vat v", id: "v.id", stream: .init(VAT.category),
    fields: [.id("id", "v.id"), .text("name", "v.name"), .decimal("value_", "v.value_")])

  static let type = Resource(
    "type", schema: "ProductType", table: "types", from: "types t", id: "t.id", stream: .init(ProductType.category),
    fields: [
      .id("id", "t.id"), .text("name", "t.name").sortable, .id("id_1", "t.id_1").nullable,
      .time("created_at", "t.created_at").nullable.sortable, .time("updated_at", "t.updated_at").nullable,
    ],
    relations: [.one("vat", vat, on: "v.id = t.id_1", embedded: true)])

  static let brand = Resource(
    "brand", schema: "Brand", table: "brands", from: "brands b", id: "b.id", where: "b.deleted_at is null",
    stream: .init(Brand.category),
    fields: [
      .id("id", "b.id"), .text("name", "b.name").sortable, .text("website", "b.website").nullable,
      .time("created_at", "b.created_at").nullable.sortable, .time("updated_at", "b.updated_at").nullable,
    ])

  /// Categories stand in one stream, which tells the version of each.
  static let category = Resource(
    "category", schema: "Category", table: "categories", from: "categories c", id: "c.id",
    stream: .init(Category.category, key: "'\(Category.streamID)'"),
    fields: [
      .id("id", "c.id"), .text("name", "c.name").sortable, .id("id_1", "c.id_1").nullable,
      .time("created_at", "c.created_at").nullable.sortable, .time("updated_at", "c.updated_at").nullable,
    ],
    filters: [.id("parent_id", "c.id_1"), Filter("is_root", .bool, "(c.id_1 is null) = $?") { .bool($0) }])

  static let catalog = Resource(
    "catalog", schema: "Catalog", table: "catalogs", from: "catalogs k", id: "k.id", where: "k.deleted_at is null",
    stream: .init(Catalog.category, key: "'\(Catalog.streamID)'"),
    fields: [
      .id("id", "k.id"), .text("name", "k.name").sortable, .id("id_1", "k.id_1").nullable,
      .time("created_at", "k.created_at").nullable.sortable, .time("updated_at", "k.updated_at").nullable,
    ],
    filters: [.id("parent_id", "k.id_1"), Filter("is_root", .bool, "(k.id_1 is null) = $?") { .bool($0) }])

  static let product = product(
    schema: "Product", from: "products p",
    details: .init(alias: "p", joins: "cross join lateral (select \(vatRate) as value offset 0) rate"), rate: "rate.value",
    filters: [searchFilter])

  /// Products in some tables `from`, with the columns and filters that only these have.
  static func product(
    schema: String, from: String, details: Resource.Details? = nil, rate: String = vatRate, fields: [Resource.Field] = [],
    filters: [Filter] = []
  ) -> Resource {
    Resource(
      "product", schema: schema, table: "products", from: from, details: details, id: "p.id",
      where: "p.deleted_at is null and \(ReadScope.own("p.website_id"))", stream: .init(Product.category),
      fields: productFields(rate) + fields, relations: relations, filters: filters + productFilters)
  }

  /// That of the lowest type that has one, else 20 %.
  static let vatRate = """
    coalesce((
      select v.value_ from product_types pt join types t on t.id = pt.type_id join vat v on v.id = t.id_1
      where pt.product_id = p.id order by pt.type_id limit 1), 20.00)
    """

  private static func productFields(_ rate: String) -> [Resource.Field] {
    [
      .id("id", "p.id"), .text("name", "p.name").sortable(by: "internal.fold(p.name)"), .text("ref", "p.ref").sortable,
      .decimal("price_ht", "p.price_ht").sortable,
      .decimal("price_ttc", "round(p.price_ht * (1 + \(rate) / 100), 2)"), .constant("currency", "EUR"),
      .decimal("vat_rate", rate), .integer("stock", "p.stock").sortable,
      .id("website_id", "p.website_id").nullable,
      .choice("withdrawal_exclusion", "p.withdrawal_exclusion", WithdrawalExclusion.allCases.map(\.rawValue)).nullable,
      .time("created_at", "p.created_at").nullable.sortable, .time("updated_at", "p.updated_at").nullable,
    ]
  }

  private static let relations: [Resource.Relation] = [
    .one("brand", brand, on: "b.id = p.id_1", showing: ["id", "name", "website"], embedded: true),
    .many(
      "types", type, from: "product_types pt join types t on t.id = pt.type_id", on: "pt.product_id = p.id", order: "t.id",
      showing: ["id", "name"], embedded: true, expected: 2),
    .many(
      "categories", category, from: "product_categories pc join categories c on c.id = pc.category_id", on: "pc.product_id = p.id",
      order: "c.id", showing: ["id", "name", "id_1"], expected: 2),
    .many(
      "catalogs", catalog, from: "product_catalogs pk join catalogs k on k.id = pk.catalog_id",
      on: "pk.product_id = p.id and k.deleted_at is null", order: "k.id", showing: ["id", "name", "id_1"], expected: 2),
    .many("attributes", attribute, on: "a.product_id = p.id", order: "a.attribute_group_id, a.id", expected: 5),
    .many("characteristics", characteristic, on: "h.product_id = p.id", order: "h.related_characteristic_id, h.id", expected: 5),
    .many("images", image, on: "i.product_id = p.id", order: "i.position, i.id", expected: 5),
    // The one that stands for the product: the main one, else the first.
    .one(
      "image", image,
      on: "i.product_id = p.id order by (i.type = 'main') desc, i.position, i.id limit 1"),
  ]

  private static let searchFilter = Filter(
    "search", alias: "search", .text(100), "(internal.fold(p.name) like internal.fold($?) or internal.fold(p.ref) like internal.fold($?))"
  ) { .text(prefixPattern($0)) }

  private static let brandFilter = Filter.id("brand_id", "p.id_1")
  private static let typeFilter = linkFilter("product_types", "type_id")
  private static let categoryFilter = linkFilter("product_categories", "category_id").walking(walk("product_categories", "category_id"))
  private static let catalogFilter = linkFilter("product_catalogs", "catalog_id").walking(walk("product_catalogs", "catalog_id"))

  private static func linkFilter(_ table: String, _ column: String) -> Filter {
    Filter(
      column, alias: column, .integer(min: 1), "exists (select from \(table) f where f.product_id = p.id and f.\(column) = $?)"
    ) { .int64($0) }
  }

  private static func walk(_ table: String, _ column: String) -> Filter.Walk {
    Filter.Walk(
      join: "\(table) \(column)_link on \(column)_link.product_id = p.id", sql: "\(column)_link.\(column) = $?",
      id: "\(column)_link.product_id",
      orders: ["price_ht": "\(column)_link.product_price_ht", "created_at": "\(column)_link.product_created_at"])
  }

  private static let productFilters: [Filter] = [
    brandFilter, typeFilter, categoryFilter, catalogFilter,
    // In the category or in any below it.
    Filter(
      "category_id][within", .integer(min: 1),
      """
      p.id in (
        with recursive below as (
          select $?::bigint as id union select c.id from categories c join below on c.id_1 = below.id)
        select f.product_id from product_categories f join below on below.id = f.category_id)
      """
    ) { .int64($0) },
    Filter("in_stock", alias: "in_stock", .bool, "(p.stock > 0) = $?") { .bool($0) },
    Filter("price_ht][gte", alias: "min_price", price, "p.price_ht >= $?::numeric") { .text(DecimalText.text($0, scale: 2)) },
    Filter("price_ht][lte", alias: "max_price", price, "p.price_ht <= $?::numeric") { .text(DecimalText.text($0, scale: 2)) },
  ]

  private static let price = DecimalField(scale: 2, range: 0...9_999_999_999)

  /// A LIKE pattern for texts that begin with this one.
  static func prefixPattern(_ text: String) -> String {
    Filter.literalPattern(text) + "%"
  }

  // MARK: Queries

  /// `$1` bigint: the row's id, and likewise below.
  static let one = RowQuery(
    "products.one", product, where: "p.id = $1", embedding: ["categories", "catalogs", "attributes", "characteristics", "images"])
  static let oneBrand = RowQuery("products.brand", brand, where: "b.id = $1")
  static let oneType = RowQuery("products.type", type, where: "t.id = $1")
  static let oneCategory = RowQuery("products.category", category, where: "c.id = $1")
  static let oneCatalog = RowQuery("products.catalog", catalog, where: "k.id = $1")
  static let oneVAT = RowQuery("products.vat", vat, where: "v.id = $1")
  static let allVAT = WholeQuery("products.vat_all", vat, order: "v.value_, v.id")

  static let list = Listing("products.list", product, defaultSort: "-created_at")
  /// `$1` bigint: the brand.
  static let ofBrand = Listing("products.of_brand", product, of: brandFilter, defaultSort: "-created_at")
  /// `$1` bigint: the type.
  static let ofType = Listing("products.of_type", product, of: typeFilter, defaultSort: "-created_at")
  /// `$1` bigint: the category.
  static let ofCategory = Listing("products.of_category", product, of: categoryFilter, defaultSort: "-created_at")
  /// `$1` bigint: the catalogue.
  static let ofCatalog = Listing("products.of_catalog", product, of: catalogFilter, defaultSort: "-created_at")
  static let brands = Listing("products.brands", brand, defaultSort: "name", defaultLimit: 50)
  static let types = Listing("products.types", type, defaultSort: "name", defaultLimit: 50)
  static let categories = Listing("products.categories", category, defaultSort: "name", defaultLimit: 50)
  static let catalogs = Listing("products.catalogs", catalog, defaultSort: "name", defaultLimit: 50)
}
