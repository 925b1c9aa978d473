import JSON

/// The lines of the converted files; their fields are described in `scripts/journey/README.md`. Amounts are cents, times microseconds UTC.
struct Manifest {
  let format: Int
  let brands: Int
  let products: Int
  let households: Int
  let orders: Int

  init(from json: inout JSONObjectReader) throws {
    format = try json.int("format")
    (brands, products, households, orders) = try json.object("counts") {
      (try $0.int("brands"), try $0.int("products"), try $0.int("households"), try $0.int("orders"))
    }
  }
}

struct BrandRow: Sendable {
  let brand: Int64
  let name: String

  init(from json: inout JSONObjectReader) throws {
    brand = try json.int64("brand")
    name = try json.string("name")
  }
}

struct ProductRow: Sendable {
  let product: Int64
  let ref: String
  let name: String
  let price: Int64
  let firstAt: Int64?
  let brand: Int64?

  init(from json: inout JSONObjectReader) throws {
    product = try json.int64("product")
    ref = try json.string("ref")
    name = try json.string("name")
    price = try json.int64("price")
    firstAt = try json.optionalInt64("first_at")
    brand = try json.optionalInt64("brand")
  }
}

struct HouseholdRow: Sendable {
  let household: Int64
  let firstAt: Int64

  init(from json: inout JSONObjectReader) throws {
    household = try json.int64("household")
    firstAt = try json.int64("first_at")
  }
}

struct OrderRow: Sendable {
  struct Line: Sendable {
    let product: Int64
    let rank: Int64
    let name: String
    let quantity: Int64
    let unit: Int64
    let shelf: Int64
    let discount: Int64
    let coupon: Int64
    let merchandise: Bool

    init(from json: inout JSONObjectReader) throws {
      product = try json.int64("product")
      rank = try json.int64("rank")
      name = try json.string("name")
      quantity = try json.int64("quantity")
      unit = try json.int64("unit")
      shelf = try json.int64("shelf")
      discount = try json.int64("discount")
      coupon = try json.int64("coupon")
      merchandise = try json.bool("merchandise")
    }
  }

  let basket: Int64
  let household: Int64
  let at: Int64
  /// `YYYYMMDD`, UTC.
  let day: String
  let shelf: Int64
  let discount: Int64
  let net: Int64
  let coupon: Int64
  let lines: [Line]

  init(from json: inout JSONObjectReader) throws {
    basket = try json.int64("basket")
    household = try json.int64("household")
    at = try json.int64("at")
    day = try json.string("day")
    shelf = try json.int64("shelf")
    discount = try json.int64("discount")
    net = try json.int64("net")
    coupon = try json.int64("coupon")
    lines = try json.array("lines") { try Line(from: &$0) }
  }
}
