import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// The catalogue, and its administration.
enum ProductRoutes {
  static let group = RouteGroup(
    service: "products",
    routes: [HealthRoutes.route(of: "products") { $0.reads.products }]
      + (catalogue + classification + parts).cached { $0.reads.products } + administration + references + partAdministration + imageFiles)

  private static let catalogue: [Route] = [
    .list(
      "/products", "products", "Products that are for sale", in: NoInput.self, access: .everyone,
      from: { $0.reads.products }, ProductResources.list
    ) { _, _ in [] },
    .list(
      "/products/search", "searchProducts", "Products by words in their name, reference, brand and categories, best first",
      in: SearchInput.self, access: .everyone, from: { $0.reads.products }, ProductSearch.listing
    ) { input, _ in [.text(input.text)] },
    .row(
      "/products/{id}", "product", "A product with all that it is in and consists of", in: IDInput<ProductID>.self, access: .everyone,
      from: { $0.reads.products }, ProductResources.one
    ) { input, _ in [.int64(input.id.rawValue)] },
  ]

  private static let administration: [Route] = [
    Route(
      .post, "/admin/products", "addProduct", "Adds a product", in: NewProduct.self, out: Schema.reference.asData, status: 201,
      access: .administrators(within: .website), idempotency: .optional, problems: [.alreadyTaken, .unknownReference, .stateConflict],
      handler: add),
    Route(
      .put, "/admin/products/{id}", "replaceProduct", "Changes a product", in: ProductChange.self, out: Schema.reference.asData,
      access: .administrators(within: .website), idempotency: .none, precondition: .ifMatch, problems: [.alreadyTaken, .unknownReference],
      handler: change),
    Route(
      .patch, "/admin/products/{id}", "changeProduct", "Changes fields of a product", in: ProductChange.self,
      out: Schema.reference.asData, access: .administrators(within: .website), idempotency: .none, precondition: .ifMatch,
      problems: [.alreadyTaken, .unknownReference], handler: change),
    Route(
      .delete, "/admin/products/{id}", "deleteProduct", "Takes a product out of the catalogue", in: IDInput<ProductID>.self, out: nil,
      status: 204, access: .administrators(within: .website), idempotency: .none, precondition: .ifMatch, problems: []
    ) { input, call in
      .command(try await call.execute(DeleteProduct(productID: input.id), ifMatch: Product.self, input.id))
    },
    Route(
      .post, "/admin/products/{id}/stock", "adjustStock", "Sets, raises or lowers the stock on hand", in: StockChange.self,
      out: Schema.reference.asData, access: .administrators(within: .website), idempotency: .optional,
      problems: [.insufficientStock, .stateConflict]
    ) { input, call in
      .reference(try await call.execute(AdjustStock(productID: input.id, input.operation), within: Product.self, input.id), input.id)
    },
  ]

  @Sendable private static func add(_ input: NewProduct, _ call: Call) async throws -> Reply {
    let id = ProductID(try await call.nextID("product"))
    let details = Product.Details(
      name: input.name, ref: input.ref, priceHT: input.priceHT, brandID: input.brandID, websiteID: call.websiteID,
      types: try await links(input.typeIDs, "product_type", call, ProductTypeLink.init) ?? [],
      categories: try await links(input.categoryIDs, "product_category", call, ProductCategoryLink.init) ?? [],
      catalogs: try await links(input.catalogIDs, "product_catalog", call, ProductCatalogLink.init) ?? [],
      withdrawalExclusion: input.withdrawalExclusion)
    let outcome = try await call.execute(AddProduct(productID: id, details: details, stock: input.stock))
    let made = outcome.answer?.id ?? id
    return .reference(outcome, made, location: "/api/v1/products/products/\(made)")
  }

  @Sendable private static func change(_ input: ProductChange, _ call: Call) async throws -> Reply {
    let types = try await links(input.typeIDs, "product_type", call, ProductTypeLink.init)
    let categories = try await links(input.categoryIDs, "product_category", call, ProductCategoryLink.init)
    let catalogs = try await links(input.catalogIDs, "product_catalog", call, ProductCatalogLink.init)
    let command = ChangeProduct(productID: input.id) { details in
      details.name = input.name ?? details.name
      details.ref = input.ref ?? details.ref
      details.priceHT = input.priceHT ?? details.priceHT
      details.brandID = input.brandID.applied(to: details.brandID)
      details.types = types ?? details.types
      details.categories = categories ?? details.categories
      details.catalogs = catalogs ?? details.catalogs
      details.withdrawalExclusion = input.withdrawalExclusion.applied(to: details.withdrawalExclusion)
    }
    return .reference(try await call.execute(command, ifMatch: Product.self, input.id), input.id)
  }

  /// Links to what was named, with ids of their own; nil when nothing was said.
  private static func links<Target: EntityID, Link>(
    _ targets: [Target]?, _ kind: String, _ call: Call, _ link: (LinkID, Target) -> Link
  ) async throws -> [Link]? {
    guard let targets, !targets.isEmpty else { return targets.map { _ in [] } }
    let first = try await call.nextID(kind, count: targets.count)
    return targets.enumerated().map { link(LinkID(first + Int64($0.offset)), $0.element) }
  }
}
