import Aggregates
import Postgres

/// What products are classified by, and its administration.
extension ProductRoutes {
  static let classification: [Route] =
    browsing(
      "/categories", CategoryID.self, ("categories", "Categories; each names its parent", ProductResources.categories),
      ("category", "A category", ProductResources.oneCategory),
      products: ("productsOfCategory", "A category's products", ProductResources.ofCategory))
    + browsing(
      "/brands", BrandID.self, ("brands", "Brands", ProductResources.brands), ("brand", "A brand", ProductResources.oneBrand),
      products: ("productsOfBrand", "A brand's products", ProductResources.ofBrand))
    + browsing(
      "/types", ProductTypeID.self, ("productTypes", "Product types", ProductResources.types),
      ("productType", "A product type", ProductResources.oneType),
      products: ("productsOfType", "A type's products", ProductResources.ofType))
    + browsing(
      "/catalogs", CatalogID.self, ("catalogs", "Catalogues; each names its parent", ProductResources.catalogs),
      ("catalog", "A catalogue", ProductResources.oneCatalog),
      products: ("productsOfCatalog", "A catalogue's products", ProductResources.ofCatalog))
    + browsing(
      "/attribute-groups", AttributeGroupID.self,
      ("attributeGroups", "What attributes are about", ProductResources.attributeGroups),
      ("attributeGroup", "An attribute group", ProductResources.oneAttributeGroup))
    + browsing(
      "/characteristic-groups", CharacteristicGroupID.self,
      ("characteristicGroups", "What related characteristics are grouped by", ProductResources.characteristicGroups),
      ("characteristicGroup", "A characteristic group", ProductResources.oneCharacteristicGroup))
    + browsing(
      "/related-characteristics", RelatedCharacteristicID.self,
      ("relatedCharacteristics", "What characteristics tell", ProductResources.relatedCharacteristics),
      ("relatedCharacteristic", "A related characteristic", ProductResources.oneRelatedCharacteristic)) + rates

  private static let rates: [Route] = [
    .whole(
      "/vat", "vatRates", "VAT rates, lowest first", in: NoInput.self, access: .everyone, from: { $0.reads.products },
      ProductResources.allVAT
    ) { _, _ in [] },
    .row(
      "/vat/{id}", "vatRate", "A VAT rate", in: IDInput<VATRateID>.self, access: .everyone, from: { $0.reads.products },
      ProductResources.oneVAT
    ) { input, _ in [.int64(input.id.rawValue)] },
  ]

  /// A list, each of its rows, and the products of each; with their operation ids and summaries.
  private static func browsing<ID: EntityID>(
    _ path: String, _ id: ID.Type, _ all: (operation: String, summary: String, listing: Listing),
    _ one: (operation: String, summary: String, query: RowQuery),
    products: (operation: String, summary: String, listing: Listing)? = nil
  ) -> [Route] {
    var routes: [Route] = [
      .list(path, all.operation, all.summary, in: NoInput.self, access: .everyone, from: { $0.reads.products }, all.listing) { _, _ in [] },
      .row(
        "\(path)/{id}", one.operation, one.summary, in: IDInput<ID>.self, access: .everyone, from: { $0.reads.products }, one.query
      ) { input, _ in [.int64(input.id.rawValue)] },
    ]
    if let products {
      routes.append(
        .list(
          "\(path)/{id}/products", products.operation, products.summary, in: IDInput<ID>.self, access: .everyone,
          from: { $0.reads.products }, products.listing
        ) { input, _ in [.int64(input.id.rawValue)] })
    }
    return routes
  }

  static let references = priced + groups + trees

  private static let priced: [Route] =
    ReferenceAdministration<Brand, NewBrand, BrandChange>(
      name: "Brand", title: "a brand", path: "/admin/brands", idKind: "brand", location: "/api/v1/products/brands",
      row: { Brand.Row(name: $0.name, website: $0.website) }, edited: { $0.id },
      edit: { input, row in
        row.name = input.name ?? row.name
        row.website = input.website.applied(to: row.website)
      },
      side: { $0.reads.products }, uses: ProductStatements.usesOfBrand
    ).routes
    + ReferenceAdministration<ProductType, NewProductType, ProductTypeChange>(
      name: "ProductType", title: "a product type", path: "/admin/types", idKind: "type", location: "/api/v1/products/types",
      row: { ProductType.Row(name: $0.name, vatID: $0.vatID) }, edited: { $0.id },
      edit: { input, row in
        row.name = input.name ?? row.name
        row.vatID = input.vatID.applied(to: row.vatID)
      },
      side: { $0.reads.products }, uses: ProductStatements.usesOfType
    ).routes
    + ReferenceAdministration<VAT, NewVATRate, VATRateChange>(
      name: "VATRate", title: "a VAT rate", path: "/admin/vat", idKind: "vat", location: "/api/v1/products/vat",
      row: { VAT.Row(name: $0.name, rate: $0.rate) }, edited: { $0.id },
      edit: { input, row in
        row.name = input.name ?? row.name
        row.rate = input.rate ?? row.rate
      },
      side: { $0.reads.products }, uses: ProductStatements.usesOfVAT
    ).routes

  private static let groups: [Route] =
    ReferenceAdministration<AttributeGroup, NewGroup, GroupChange<AttributeGroupID>>(
      name: "AttributeGroup", title: "an attribute group", path: "/admin/attribute-groups", idKind: "attribute_group",
      location: "/api/v1/products/attribute-groups",
      row: { AttributeGroup.Row(name: $0.name) }, edited: { $0.id },
      edit: { input, row in row.name = input.name ?? row.name },
      side: { $0.reads.products }, uses: ProductStatements.usesOfAttributeGroup
    ).routes
    + ReferenceAdministration<CharacteristicGroup, NewGroup, GroupChange<CharacteristicGroupID>>(
      name: "CharacteristicGroup", title: "a characteristic group", path: "/admin/characteristic-groups", idKind: "characteristic_group",
      location: "/api/v1/products/characteristic-groups",
      row: { CharacteristicGroup.Row(name: $0.name) }, edited: { $0.id },
      edit: { input, row in row.name = input.name ?? row.name },
      side: { $0.reads.products }, uses: ProductStatements.usesOfCharacteristicGroup
    ).routes
    + ReferenceAdministration<RelatedCharacteristic, NewRelatedCharacteristic, RelatedCharacteristicChange>(
      name: "RelatedCharacteristic", title: "a related characteristic", path: "/admin/related-characteristics",
      idKind: "related_characteristic", location: "/api/v1/products/related-characteristics",
      row: { RelatedCharacteristic.Row(name: $0.name, groupID: $0.groupID) }, edited: { $0.id },
      edit: { input, row in
        row.name = input.name ?? row.name
        row.groupID = input.groupID.applied(to: row.groupID)
      },
      side: { $0.reads.products }, uses: ProductStatements.usesOfRelatedCharacteristic
    ).routes

  private static let trees: [Route] =
    TreeAdministration<Category>(
      name: "Category", title: "a category", path: "/admin/categories", idKind: "category", location: "/api/v1/products/categories",
      side: { $0.reads.products }, uses: ProductStatements.usesOfCategory
    ).routes
    + TreeAdministration<Catalog>(
      name: "Catalog", title: "a catalogue", path: "/admin/catalogs", idKind: "catalog", location: "/api/v1/products/catalogs",
      side: { $0.reads.products }, uses: ProductStatements.usesOfCatalog
    ).routes
}
