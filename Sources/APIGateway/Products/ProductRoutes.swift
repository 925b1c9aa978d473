import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// The catalogue, and its administration.
enum ProductRoutes {
  static let group = RouteGroup(
    service: "products", routes: [HealthRoutes.route(of: "products") { $0.reads.products }] + catalogue + administration + references)

  private static let catalogue: [Route] = [
    .list(
      "/products", "products", "Products that are for sale", in: NoInput.self, access: .everyone,
      from: { $0.reads.products }, ProductResources.list
    ) { _, _ in [] },
    .list(
      "/products/search", "searchProducts", "Products whose name or reference begins with a text", in: NoInput.self,
      access: .everyone, from: { $0.reads.products }, ProductResources.searched
    ) { _, _ in [] },
    .row(
      "/products/{id}", "product", "A product with brand, types and VAT", in: IDInput<ProductID>.self, access: .everyone,
      from: { $0.reads.products }, ProductResources.one
    ) { input, _ in [.int64(input.id.rawValue)] },

    .list(
      "/brands", "brands", "Brands", in: NoInput.self, access: .everyone, from: { $0.reads.products }, ProductResources.brands
    ) { _, _ in [] },
    .row(
      "/brands/{id}", "brand", "A brand", in: IDInput<BrandID>.self, access: .everyone, from: { $0.reads.products },
      ProductResources.oneBrand
    ) { input, _ in [.int64(input.id.rawValue)] },
    .list(
      "/brands/{id}/products", "productsOfBrand", "A brand's products", in: IDInput<BrandID>.self, access: .everyone,
      from: { $0.reads.products }, ProductResources.ofBrand
    ) { input, _ in [.int64(input.id.rawValue)] },

    .list(
      "/types", "productTypes", "Product types", in: NoInput.self, access: .everyone, from: { $0.reads.products },
      ProductResources.types
    ) { _, _ in [] },
    .row(
      "/types/{id}", "productType", "A product type", in: IDInput<ProductTypeID>.self, access: .everyone,
      from: { $0.reads.products }, ProductResources.oneType
    ) { input, _ in [.int64(input.id.rawValue)] },
    .list(
      "/types/{id}/products", "productsOfType", "A type's products", in: IDInput<ProductTypeID>.self, access: .everyone,
      from: { $0.reads.products }, ProductResources.ofType
    ) { input, _ in [.int64(input.id.rawValue)] },

    .whole(
      "/vat", "vatRates", "VAT rates, lowest first", in: NoInput.self, access: .everyone, from: { $0.reads.products },
      ProductResources.allVAT
    ) { _, _ in [] },
    .row(
      "/vat/{id}", "vatRate", "A VAT rate", in: IDInput<VATRateID>.self, access: .everyone, from: { $0.reads.products },
      ProductResources.oneVAT
    ) { input, _ in [.int64(input.id.rawValue)] },
  ]

  private static let administration: [Route] = [
    Route(
      .post, "/admin/products", "addProduct", "Adds a product", in: NewProduct.self, out: Schema.reference.asData, status: 201,
      access: .administrators, idempotency: .optional, problems: [.alreadyTaken, .unknownReference, .stateConflict], handler: add),
    Route(
      .put, "/admin/products/{id}", "replaceProduct", "Changes a product", in: ProductChange.self, out: Schema.reference.asData,
      access: .administrators, idempotency: .none, precondition: .ifMatch, problems: [.alreadyTaken, .unknownReference], handler: change),
    Route(
      .patch, "/admin/products/{id}", "changeProduct", "Changes fields of a product", in: ProductChange.self,
      out: Schema.reference.asData, access: .administrators, idempotency: .none, precondition: .ifMatch,
      problems: [.alreadyTaken, .unknownReference], handler: change),
    Route(
      .delete, "/admin/products/{id}", "deleteProduct", "Takes a product out of the catalogue", in: IDInput<ProductID>.self, out: nil,
      status: 204, access: .administrators, idempotency: .none, precondition: .ifMatch, problems: []
    ) { input, call in
      .command(try await call.execute(DeleteProduct(productID: input.id), ifMatch: Product.self, input.id))
    },
    Route(
      .post, "/admin/products/{id}/stock", "adjustStock", "Sets, raises or lowers the stock on hand", in: StockChange.self,
      out: Schema.reference.asData, access: .administrators, idempotency: .optional, problems: [.insufficientStock, .stateConflict]
    ) { input, call in
      .reference(try await call.execute(AdjustStock(productID: input.id, input.operation)), input.id)
    },
  ]

  private static let references: [Route] =
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

  @Sendable private static func add(_ input: NewProduct, _ call: Call) async throws -> Reply {
    let id = ProductID(try await call.nextID("product"))
    let firstLink = input.typeIDs.isEmpty ? 0 : try await call.nextID("product_type", count: input.typeIDs.count)
    let details = Product.Details(
      name: input.name, ref: input.ref, priceHT: input.priceHT, brandID: input.brandID, websiteID: call.websiteID,
      types: links(input.typeIDs, from: firstLink))
    let outcome = try await call.execute(AddProduct(productID: id, details: details, stock: input.stock))
    let made = outcome.answer?.id ?? id
    return .reference(outcome, made, location: "/api/v1/products/products/\(made)")
  }

  @Sendable private static func change(_ input: ProductChange, _ call: Call) async throws -> Reply {
    let count = input.typeIDs?.count ?? 0
    let firstLink = count == 0 ? 0 : try await call.nextID("product_type", count: count)
    let command = ChangeProduct(productID: input.id) { details in
      details.name = input.name ?? details.name
      details.ref = input.ref ?? details.ref
      details.priceHT = input.priceHT ?? details.priceHT
      details.brandID = input.brandID.applied(to: details.brandID)
      if let typeIDs = input.typeIDs { details.types = links(typeIDs, from: firstLink) }
    }
    return .reference(try await call.execute(command, ifMatch: Product.self, input.id), input.id)
  }

  private static func links(_ types: [ProductTypeID], from first: Int64) -> [ProductTypeLink] {
    types.enumerated().map { ProductTypeLink(id: LinkID(first + Int64($0.offset)), typeID: $0.element) }
  }
}
