import Aggregates

/// A new product.
struct NewProduct: RouteInput {
  let name: String
  let ref: String
  let priceHT: Cents
  let stock: Int64
  let brandID: BrandID?
  let typeIDs: [ProductTypeID]

  init(_ fields: inout InputReader) {
    name = fields.body("name", .text(255))
    ref = fields.body("ref", .text(255))
    priceHT = fields.body("price_ht", .money)
    stock = fields.body("stock", .integer(min: 0, max: 2_147_483_647))
    brandID = fields.optional("id_1", .id(BrandID.self))
    typeIDs = fields.optional("type_ids", .list(of: .id(ProductTypeID.self), atMost: Product.maximumTypes)) ?? []
  }
}

/// A change of a product: what is left out stays.
struct ProductChange: RouteInput {
  let id: ProductID
  let name: String?
  let ref: String?
  let priceHT: Cents?
  let brandID: Change<BrandID>
  let typeIDs: [ProductTypeID]?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ProductID.self))
    name = fields.change("name", .text(255))
    ref = fields.change("ref", .text(255))
    priceHT = fields.change("price_ht", .money)
    brandID = fields.nullableChange("id_1", .id(BrandID.self))
    typeIDs = fields.change("type_ids", .list(of: .id(ProductTypeID.self), atMost: Product.maximumTypes))
  }
}

/// A change of a product's stock.
struct StockChange: RouteInput {
  enum Operation: String, CaseIterable, Sendable {
    case set, increment, decrement
  }

  let id: ProductID
  let operation: AdjustStock.Operation

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ProductID.self))
    let quantity = fields.body("stock", .integer(min: 0, max: 2_147_483_647))
    operation =
      switch fields.body("operation", .choice(Operation.self)) {
      case .set: .set(quantity)
      case .increment: .increment(quantity)
      case .decrement: .decrement(quantity)
      }
  }
}

struct NewBrand: RouteInput {
  let name: String
  let website: String?

  init(_ fields: inout InputReader) {
    name = fields.body("name", .text(255))
    website = fields.optional("website", .text(255, .webAddress))
  }
}

struct BrandChange: RouteInput {
  let id: BrandID
  let name: String?
  let website: Change<String>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(BrandID.self))
    name = fields.change("name", .text(255))
    website = fields.nullableChange("website", .text(255, .webAddress))
  }
}

struct NewProductType: RouteInput {
  let name: String
  let vatID: VATRateID?

  init(_ fields: inout InputReader) {
    name = fields.body("name", .text(255))
    vatID = fields.optional("id_1", .id(VATRateID.self))
  }
}

struct ProductTypeChange: RouteInput {
  let id: ProductTypeID
  let name: String?
  let vatID: Change<VATRateID>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ProductTypeID.self))
    name = fields.change("name", .text(255))
    vatID = fields.nullableChange("id_1", .id(VATRateID.self))
  }
}

/// Percent with two digits after the point; a rate counts thousandths.
private func vatRate(_ hundredths: Int64) -> VATRate { VATRate(rawValue: hundredths * 10) }

struct NewVATRate: RouteInput {
  let name: String
  let rate: VATRate

  init(_ fields: inout InputReader) {
    name = fields.body("name", .text(255))
    rate = vatRate(fields.body("value_", .decimal(scale: 2, min: 0, max: 10_000)))
  }
}

struct VATRateChange: RouteInput {
  let id: VATRateID
  let name: String?
  let rate: VATRate?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(VATRateID.self))
    name = fields.change("name", .text(255))
    rate = fields.change("value_", .decimal(scale: 2, min: 0, max: 10_000)).map(vatRate)
  }
}
