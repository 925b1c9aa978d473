import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct ProductTests {
  let id = ProductID(1_000)
  let phone = ProductTypeLink(id: LinkID(1), typeID: ProductTypeID(1))
  let laptop = ProductTypeLink(id: LinkID(2), typeID: ProductTypeID(2))

  private func scenario() async throws -> Scenario {
    try await Scenario().given(SeedBrand(id: BrandID(1), row: .init(name: "Apple")))
      .given(SeedProductType(id: ProductTypeID(1), row: .init(name: "Smartphone")))
      .given(SeedProductType(id: ProductTypeID(2), row: .init(name: "Laptop")))
  }

  private var details: Product.Details {
    Product.Details(name: "Phone", ref: "PH-1", priceHT: Cents(99_900), brandID: BrandID(1), types: [phone])
  }

  private func added(_ details: Product.Details) -> ProductEvent {
    .productAdded(
      ProductAdded(
        productID: id, name: details.name, ref: details.ref, priceHT: details.priceHT, brandID: details.brandID,
        websiteID: details.websiteID, types: details.types, imported: false))
  }

  @Test func `a product is added with its reference and its stock`() async throws {
    let result = try await scenario().when(AddProduct(productID: id, details: details, stock: 5))
    let adjusted = StockAdjusted(
      productID: id, level: StockLevel(onHand: 5, reserved: 0, previousStock: 0, newStock: 5), change: 5, reason: .set)
    try await result.then(added(details), on: Product.self, id).then(.stockAdjusted(adjusted), on: Stock.self, id).andNothingElse()
      .thenClaim("product-ref:ph-1", by: Product.stream(id))
    try await result.and.when(AddProduct(productID: id, details: details, stock: 5)).thenNothing()
  }

  @Test func `an imported product says so`() async throws {
    let result = try await Scenario().when(
      ImportProduct(productID: .imported(7), details: .init(name: "Milk", ref: "7", priceHT: .zero), addedAt: Timestamp(microseconds: 1)))
    #expect(result.recorded.map(\.occurredAt) == [Timestamp(microseconds: 1)])
    #expect(String(decoding: result.recorded[0].payload, as: UTF8.self).contains(#""imported":true"#))
  }

  @Test func `fields have their limits`() async throws {
    func rejected(_ error: FieldError, _ change: (inout Product.Details) -> Void) async throws {
      var details = details
      change(&details)
      try await scenario().when(AddProduct(productID: id, details: details)).thenRejected(ProductRejection.invalid(error))
    }
    try await rejected(FieldError("name", .blank)) { $0.name = "" }
    try await rejected(FieldError("ref", .tooLong(maximum: 255))) { $0.ref = String(repeating: "x", count: 256) }
    try await rejected(FieldError("price_ht", .outOfRange(minimum: 0, maximum: 99_999_999))) { $0.priceHT = Cents(-1) }
    try await rejected(FieldError("price_ht", .outOfRange(minimum: 0, maximum: 99_999_999))) { $0.priceHT = Cents(10_000_000_000) }
    try await rejected(FieldError("id_1", .unknown)) { $0.brandID = BrandID(9) }
    try await rejected(FieldError("type_ids", .unknown)) { $0.types.append(ProductTypeLink(id: LinkID(3), typeID: ProductTypeID(9))) }
    try await rejected(FieldError("type_ids", .duplicate)) { $0.types.append(ProductTypeLink(id: LinkID(3), typeID: ProductTypeID(1))) }
    try await scenario().when(AddProduct(productID: id, details: details, stock: -1))
      .thenRejected(StockRejection.invalid(FieldError("stock", .outOfRange(minimum: 0, maximum: Stock.maximum))))
  }

  @Test func `a change writes one event for each of details, price and types`() async throws {
    let scenario = try await scenario().given(AddProduct(productID: id, details: details))
    let fresh = ProductTypeLink(id: LinkID(50), typeID: ProductTypeID(1))
    let change = ChangeProduct(productID: id) { [laptop] details in
      details.ref = "PH-2"
      details.brandID = nil
      details.priceHT = Cents(89_900)
      details.types = [fresh, laptop]
    }
    try await scenario.when(change).then(
      .productDetailsChanged(ProductDetailsChanged(productID: id, name: "Phone", ref: "PH-2", brandID: nil)),
      .priceChanged(PriceChanged(productID: id, previousPriceHT: Cents(99_900), priceHT: Cents(89_900))),
      // The type that stays keeps its link.
      .productTypesSet(ProductTypesSet(productID: id, types: [phone, laptop])), on: Product.self, id
    ).andNothingElse().thenClaim("product-ref:ph-2", by: Product.stream(id)).thenClaim("product-ref:ph-1", by: nil)
    try await scenario.when(change).thenNothing()
    try await scenario.when(ChangeProduct(productID: id) { $0.priceHT = Cents(1) })
      .then(.priceChanged(PriceChanged(productID: id, previousPriceHT: Cents(89_900), priceHT: Cents(1))), on: Product.self, id)
  }

  @Test func `a product says why nobody can withdraw from it, and no longer`() async throws {
    var perishable = details
    perishable.withdrawalExclusion = .perishable
    let given = perishable
    func set(_ exclusion: WithdrawalExclusion?) -> ProductEvent {
      .withdrawalExclusionSet(WithdrawalExclusionSet(productID: id, exclusion: exclusion))
    }
    let scenario = try await scenario()
    try await scenario.when(AddProduct(productID: id, details: given)).then(added(given), set(.perishable), on: Product.self, id)
    try await scenario.when(AddProduct(productID: id, details: given)).thenNothing()
    try await scenario.when(ChangeProduct(productID: id) { $0.withdrawalExclusion = .dated })
      .then(set(.dated), on: Product.self, id).andNothingElse()
    try await scenario.when(ChangeProduct(productID: id) { $0.withdrawalExclusion = nil }).then(set(nil), on: Product.self, id)
    try await scenario.when(ChangeProduct(productID: id) { $0.withdrawalExclusion = nil }).thenNothing()
  }

  @Test func `a product is put into categories and catalogues that exist, and links that stay keep their ids`() async throws {
    let scenario = try await scenario().given(SeedCategory(id: CategoryID(1), node: .init(name: "Phones")))
      .given(SeedCategory(id: CategoryID(2), node: .init(name: "Sale"))).given(SeedCatalog(id: CatalogID(1), node: .init(name: "Main")))
    @Sendable func category(_ link: Int64, _ id: Int64) -> ProductCategoryLink {
      ProductCategoryLink(id: LinkID(link), categoryID: CategoryID(id))
    }
    let main = ProductCatalogLink(id: LinkID(1), catalogID: CatalogID(1))
    var placed = details
    (placed.categories, placed.catalogs) = ([category(1, 1)], [main])
    let given = placed
    try await scenario.when(AddProduct(productID: id, details: given)).then(
      added(given), .productCategoriesSet(ProductCategoriesSet(productID: id, categories: [category(1, 1)])),
      .productCatalogsSet(ProductCatalogsSet(productID: id, catalogs: [main])), on: Product.self, id)
    try await scenario.when(AddProduct(productID: id, details: given)).thenNothing()
    try await scenario.when(ChangeProduct(productID: id) { $0.categories = [category(8, 2), category(9, 1)] }).then(
      .productCategoriesSet(ProductCategoriesSet(productID: id, categories: [category(8, 2), category(1, 1)])), on: Product.self, id
    ).andNothingElse()
    try await scenario.when(ChangeProduct(productID: id) { $0.categories = [category(8, 2), category(9, 1)] }).thenNothing()
    try await scenario.when(ChangeProduct(productID: id) { $0.categories.append(category(10, 3)) })
      .thenRejected(ProductRejection.invalid(FieldError("category_ids", .unknown)))
    try await scenario.when(ChangeProduct(productID: id) { $0.catalogs = [main, main] })
      .thenRejected(ProductRejection.invalid(FieldError("catalog_ids", .duplicate)))
    try await scenario.when(ChangeProduct(productID: id) { $0.catalogs = [] })
      .then(.productCatalogsSet(ProductCatalogsSet(productID: id, catalogs: [])), on: Product.self, id)
    // The row of a category that went took its links with it; they must not be written again.
    let without = try await scenario.given(RemoveCategory(id: CategoryID(1), usedBy: 0))
    try await without.when(ChangeProduct(productID: id) { $0.categories = [category(9, 1)] })
      .thenRejected(ProductRejection.invalid(FieldError("category_ids", .unknown)))
  }

  @Test func `a product does not change its shop`() async throws {
    try await scenario().given(AddProduct(productID: id, details: details)).when(
      ChangeProduct(productID: id) { $0.websiteID = WebsiteID(3) }
    )
    .thenRejected(ProductRejection.invalid(FieldError("website_id", .unknown)))
  }

  @Test func `a deleted product keeps its reference and takes no more changes`() async throws {
    let scenario = try await scenario().given(AddProduct(productID: id, details: details))
      .when(DeleteProduct(productID: id, reason: "discontinued"))
      .then(.productDeleted(ProductDeleted(productID: id, ref: "PH-1", reason: "discontinued")), on: Product.self, id)
      .thenClaim("product-ref:ph-1", by: Product.stream(id)).and
    try await scenario.when(DeleteProduct(productID: id)).thenNothing()
    try await scenario.when(ChangeProduct(productID: id) { $0.name = "x" }).thenRejected(ProductRejection.notFound(id))
    try await scenario.when(AddProduct(productID: id, details: details)).thenRejected(ProductRejection.alreadyExists(id))
    try await scenario.when(AdjustStock(productID: id, .set(1))).thenRejected(StockRejection.productNotFound(id))
    try await scenario.when(DeleteProduct(productID: ProductID(9))).thenRejected(ProductRejection.notFound(ProductID(9)))
  }
}
