import JSON

/// The lines of the converted files; their fields are described in `scripts/journey/README.md`. Amounts are cents, times microseconds UTC.
struct Manifest {
  let format: Int
  let counts: Counts

  /// Lines of each file.
  struct Counts {
    let brands: Int
    let departments: Int
    let categories: Int
    let types: Int
    let products: Int
    let households: Int
    let orders: Int
    let coupons: Int
    let redemptions: Int
    let contacts: Int
    let tags: Int
    let campaigns: Int

    init(from json: inout JSONObjectReader) throws {
      brands = try json.int("brands")
      departments = try json.int("departments")
      categories = try json.int("categories")
      types = try json.int("types")
      products = try json.int("products")
      households = try json.int("households")
      orders = try json.int("orders")
      coupons = try json.int("coupons")
      redemptions = try json.int("redemptions")
      contacts = try json.int("contacts")
      tags = try json.int("tags")
      campaigns = try json.int("campaigns")
    }
  }

  init(from json: inout JSONObjectReader) throws {
    format = try json.int("format")
    counts = try json.object("counts") { try Counts(from: &$0) }
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

/// A department, a category or a type of products.
struct PlaceRow: Sendable {
  let place: Int64
  let parent: Int64?
  let name: String

  init(from json: inout JSONObjectReader) throws {
    place = try json.int64("place")
    parent = try json.optionalInt64("parent")
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
  /// The department, category or type it is in.
  let place: Int64?

  init(from json: inout JSONObjectReader) throws {
    product = try json.int64("product")
    ref = try json.string("ref")
    name = try json.string("name")
    price = try json.int64("price")
    firstAt = try json.optionalInt64("first_at")
    brand = try json.optionalInt64("brand")
    place = try json.optionalInt64("place")
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

/// A coupon as it is in one campaign.
struct CouponRow: Sendable {
  let coupon: Int64
  let campaign: Int64
  let kind: String
  let from: Int64
  let until: Int64
  let products: [Int64]

  init(from json: inout JSONObjectReader) throws {
    coupon = try json.int64("coupon")
    campaign = try json.int64("campaign")
    kind = try json.string("kind")
    from = try json.int64("from")
    until = try json.int64("until")
    products = try json.int64Array("products")
  }
}

struct RedemptionRow: Sendable {
  let coupon: Int64
  let campaign: Int64
  let household: Int64
  let at: Int64

  init(from json: inout JSONObjectReader) throws {
    coupon = try json.int64("coupon")
    campaign = try json.int64("campaign")
    household = try json.int64("household")
    at = try json.int64("at")
  }
}

/// What is known of a household beside what it bought.
struct ContactRow: Sendable {
  let household: Int64
  let since: Int64
  /// When it got its first campaign; nil when it got none.
  let subscribedAt: Int64?
  /// An object; nil where nothing is known.
  let demographics: JSONValue?

  init(from json: inout JSONObjectReader) throws {
    household = try json.int64("household")
    since = try json.int64("since")
    subscribedAt = try json.optionalInt64("subscribed_at")
    demographics = try json.optionalValue("demographics")
  }
}

/// Households that have something in common.
struct TagRow: Sendable {
  let tag: Int64
  let name: String
  let households: [Int64]

  init(from json: inout JSONObjectReader) throws {
    tag = try json.int64("tag")
    name = try json.string("name")
    households = try json.int64Array("households")
  }
}

struct CampaignRow: Sendable {
  let campaign: Int64
  let kind: String
  let from: Int64
  let until: Int64
  /// Those that it was sent to.
  let households: [Int64]

  init(from json: inout JSONObjectReader) throws {
    campaign = try json.int64("campaign")
    kind = try json.string("kind")
    from = try json.int64("from")
    until = try json.int64("until")
    households = try json.int64Array("households")
  }
}
