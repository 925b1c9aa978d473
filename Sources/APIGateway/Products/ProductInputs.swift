import Aggregates

/// A new product.
struct NewProduct: RouteInput {
  let name: String
  let ref: String
  let priceHT: Cents
  let stock: Int64
  let brandID: BrandID?
  let typeIDs: [ProductTypeID]
  let categoryIDs: [CategoryID]
  let catalogIDs: [CatalogID]
  let withdrawalExclusion: WithdrawalExclusion?

  init(_ fields: inout InputReader) {
    name = fields.body("name", .text(255))
    ref = fields.body("ref", .text(255))
    priceHT = fields.body("price_ht", .money)
    stock = fields.body("stock", .integer(min: 0, max: 2_147_483_647))
    brandID = fields.optional("id_1", .id(BrandID.self))
    typeIDs = fields.optional("type_ids", .list(of: .id(ProductTypeID.self), atMost: Product.maximumTypes)) ?? []
    categoryIDs = fields.optional("category_ids", .list(of: .id(CategoryID.self), atMost: Product.maximumCategories)) ?? []
    catalogIDs = fields.optional("catalog_ids", .list(of: .id(CatalogID.self), atMost: Product.maximumCatalogs)) ?? []
    withdrawalExclusion = fields.optional("withdrawal_exclusion", .choice(WithdrawalExclusion.self))
  }
}

/// A change of a product: what is left out stays; a given list replaces the whole set.
struct ProductChange: RouteInput {
  let id: ProductID
  let name: String?
  let ref: String?
  let priceHT: Cents?
  let brandID: Change<BrandID>
  let typeIDs: [ProductTypeID]?
  let categoryIDs: [CategoryID]?
  let catalogIDs: [CatalogID]?
  let withdrawalExclusion: Change<WithdrawalExclusion>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ProductID.self))
    name = fields.change("name", .text(255))
    ref = fields.change("ref", .text(255))
    priceHT = fields.change("price_ht", .money)
    brandID = fields.nullableChange("id_1", .id(BrandID.self))
    typeIDs = fields.change("type_ids", .list(of: .id(ProductTypeID.self), atMost: Product.maximumTypes))
    categoryIDs = fields.change("category_ids", .list(of: .id(CategoryID.self), atMost: Product.maximumCategories))
    catalogIDs = fields.change("catalog_ids", .list(of: .id(CatalogID.self), atMost: Product.maximumCatalogs))
    withdrawalExclusion = fields.nullableChange("withdrawal_exclusion", .choice(WithdrawalExclusion.self))
  }
}

/// A change of a product's stock.
struct StockChange: RouteInput {
  let id: ProductID
  let operation: AdjustStock.Operation

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ProductID.self))
    operation = fields.stockOperation()
  }
}

extension InputReader {
  private enum StockOperation: String, CaseIterable, Sendable {
    case set, increment, decrement
  }

  /// What is done to a stock, and with how many pieces.
  mutating func stockOperation() -> AdjustStock.Operation {
    let quantity = body("stock", .integer(min: 0, max: 2_147_483_647))
    return switch body("operation", .choice(StockOperation.self)) {
    case .set: .set(quantity)
    case .increment: .increment(quantity)
    case .decrement: .decrement(quantity)
    }
  }
}
