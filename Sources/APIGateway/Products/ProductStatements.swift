import Postgres

/// Statements on products_service_db.
enum ProductStatements {
  /// A product's VAT: the rate of its lowest type that has one, else 20 %.
  private static let rate = """
    left join lateral (
      select v.value_ from product_types pt join types t on t.id = pt.type_id join vat v on v.id = t.id_1
      where pt.product_id = p.id order by pt.type_id limit 1) r on true
    """

  private static let product = """
    json_build_object(
      'id', p.id, 'name', p.name, 'ref', p.ref, 'price_ht', p.price_ht::text,
      'price_ttc', round(p.price_ht * (1 + coalesce(r.value_, 20.00) / 100), 2)::text, 'currency', 'EUR',
      'vat_rate', coalesce(r.value_, 20.00)::text, 'stock', p.stock, 'website_id', p.website_id,
      'brand', (select json_build_object('id', b.id, 'name', b.name, 'website', b.website) from brands b where b.id = p.id_1),
      'types', coalesce(
        (select json_agg(json_build_object('id', t.id, 'name', t.name) order by t.id)
         from product_types pt join types t on t.id = pt.type_id where pt.product_id = p.id), '[]'::json),
      'created_at', internal.rfc3339(p.created_at), 'updated_at', internal.rfc3339(p.updated_at))
    """

  private static let brand = """
    json_build_object(
      'id', b.id, 'name', b.name, 'website', b.website,
      'created_at', internal.rfc3339(b.created_at), 'updated_at', internal.rfc3339(b.updated_at))
    """

  private static let type = """
    json_build_object(
      'id', t.id, 'name', t.name, 'id_1', t.id_1,
      'vat', (select json_build_object('id', v.id, 'name', v.name, 'value_', v.value_::text) from vat v where v.id = t.id_1),
      'created_at', internal.rfc3339(t.created_at), 'updated_at', internal.rfc3339(t.updated_at))
    """

  private static let vat = "json_build_object('id', v.id, 'name', v.name, 'value_', v.value_::text)"

  /// `$1` bigint: the product.
  static let one = PostgresStatement(
    "products.one",
    "select \(ReadSide.positionSQL), (select \(product) from products p \(rate) where p.id = $1 and p.deleted_at is null)")

  /// `$1` bigint: the brand.
  static let oneBrand = PostgresStatement(
    "products.brand", "select \(ReadSide.positionSQL), (select \(brand) from brands b where b.id = $1 and b.deleted_at is null)")

  /// `$1` bigint: the type.
  static let oneType = PostgresStatement(
    "products.type", "select \(ReadSide.positionSQL), (select \(type) from types t where t.id = $1)")

  /// `$1` bigint: the rate.
  static let oneVAT = PostgresStatement("products.vat", "select \(ReadSide.positionSQL), (select \(vat) from vat v where v.id = $1)")

  static let allVAT = PostgresStatement(
    "products.vat_all", "select \(ReadSide.positionSQL), coalesce((select json_agg(\(vat) order by v.value_, v.id) from vat v), '[]'::json)"
  )

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

  // MARK: Lists

  private static func search(_ name: String, alias: String?) -> Listing.Filter {
    Listing.Filter(
      name, alias: alias, .text(100), "(internal.fold(p.name) like internal.fold($?) or lower(p.ref) like lower($?))"
    ) { text in .text(prefixPattern(text)) }
  }

  /// A LIKE pattern for texts that begin with this one.
  static func prefixPattern(_ text: String) -> String {
    text.reduce(into: "") { pattern, character in
      if character == "%" || character == "_" || character == "\\" { pattern.append("\\") }
      pattern.append(character)
    } + "%"
  }

  private static let price = DecimalField(scale: 2, range: 0...9_999_999_999)

  private static func products(_ name: String, where conditions: [String], fixed: Int, searchedAs alias: String) -> Listing {
    Listing(
      name, item: product, id: "p.id", from: "products p \(rate)", where: ["p.deleted_at is null"] + conditions, fixedParameters: fixed,
      sorts: [
        .init("created_at", "p.created_at", .time), .init("name", "internal.fold(p.name)", .text), .init("ref", "p.ref", .text),
        .init("price_ht", "p.price_ht", .number), .init("stock", "p.stock", .integer),
      ],
      defaultSort: "-created_at",
      filters: [
        search("search", alias: alias),
        .init("brand_id", alias: "brand_id", .integer(min: 1), "p.id_1 = $?") { .int64($0) },
        .init(
          "type_id", alias: "type_id", .integer(min: 1),
          "exists (select from product_types f where f.product_id = p.id and f.type_id = $?)"
        ) { .int64($0) },
        .init("in_stock", alias: "in_stock", .bool, "(p.stock > 0) = $?") { .bool($0) },
        .init("price_ht][gte", alias: "min_price", price, "p.price_ht >= $?::numeric") { .text(DecimalText.text($0, scale: 2)) },
        .init("price_ht][lte", alias: "max_price", price, "p.price_ht <= $?::numeric") { .text(DecimalText.text($0, scale: 2)) },
      ])
  }

  static let list = products("products.list", where: [], fixed: 0, searchedAs: "search")
  static let searched = products("products.search", where: [], fixed: 0, searchedAs: "q")
  /// `$1` bigint: the brand.
  static let ofBrand = products("products.of_brand", where: ["p.id_1 = $1"], fixed: 1, searchedAs: "search")
  /// `$1` bigint: the type.
  static let ofType = products(
    "products.of_type", where: ["exists (select from product_types s where s.product_id = p.id and s.type_id = $1)"], fixed: 1,
    searchedAs: "search")

  static let brands = Listing(
    "products.brands", item: brand, id: "b.id", from: "brands b", where: ["b.deleted_at is null"],
    sorts: [.init("name", "b.name", .text), .init("created_at", "b.created_at", .time)], defaultSort: "name", defaultLimit: 50)

  static let types = Listing(
    "products.types", item: type, id: "t.id", from: "types t",
    sorts: [.init("name", "t.name", .text), .init("created_at", "t.created_at", .time)], defaultSort: "name", defaultLimit: 50)
}
