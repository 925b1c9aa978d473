import Aggregates
import EventSourcing

struct NewItem: RouteInput {
  let productID: ProductID
  let quantity: Int64

  init(_ fields: inout InputReader) {
    productID = fields.body("product_id", .id(ProductID.self))
    quantity = fields.body("quantity", .integer(min: 1, max: 1_000_000))
  }
}

struct ItemChange: RouteInput {
  let id: BasketItemID
  let quantity: Int64

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(BasketItemID.self))
    quantity = fields.body("quantity", .integer(min: 1, max: 1_000_000))
  }
}

struct CodeInput: RouteInput {
  let code: String

  init(_ fields: inout InputReader) {
    code = fields.body("code", .text(50))
  }
}

/// All terms of a promotional code.
struct PromoCodeTermsInput: RouteInput {
  /// What the code covers.
  struct Scope: RouteInput {
    let products: [ProductID]
    let categories: [Int64]

    init(_ fields: inout InputReader) {
      products = fields.optional("products", .list(of: .id(ProductID.self), atMost: 10_000)) ?? []
      categories = fields.optional("categories", .list(of: .integer(min: 1), atMost: 10_000)) ?? []
    }
  }

  let code: String
  let name: String
  /// Hundredths.
  let discount: Int64
  let typeID: DiscountTypeID?
  let validFrom: Timestamp?
  let validUntil: Timestamp?
  let minOrderAmount: Cents?
  let maxDiscount: Cents?
  let maxUsage: Int64?
  let maxUsagePerUser: Int64?
  let combinable: Bool
  let scope: Scope?

  init(_ fields: inout InputReader) {
    code = fields.body("code", .text(50))
    name = fields.body("name", .text(255))
    discount = fields.body("discount", .decimal(scale: 2, min: 0, max: 99_999_999))
    typeID = fields.optional("id_1", .id(DiscountTypeID.self))
    validFrom = fields.optional("valid_from", .time)
    validUntil = fields.optional("valid_until", .time)
    minOrderAmount = fields.optional("min_order_amount", .money)
    maxDiscount = fields.optional("max_discount", .money)
    maxUsage = fields.optional("max_usage", .integer(min: 0, max: 2_147_483_647))
    maxUsagePerUser = fields.optional("max_usage_per_user", .integer(min: 0, max: 2_147_483_647))
    combinable = fields.optional("combinable", .bool) ?? true
    scope = fields.optionalObject("scope", Scope.self)
  }

  func definition(id: PromoCodeID, kind: DiscountKind) -> PromoCodeDefinition {
    PromoCodeDefinition(
      promoCodeID: id, name: name, kind: kind, discount: discount, typeID: typeID, validFrom: validFrom, validUntil: validUntil,
      minOrderAmount: minOrderAmount, maxDiscount: maxDiscount, maxUsage: maxUsage, maxUsagePerUser: maxUsagePerUser,
      combinable: combinable, productIDs: scope?.products ?? [], categoryIDs: scope?.categories ?? [])
  }
}

/// New terms of the code in the path; the code itself stays.
struct PromoCodeReplacement: RouteInput {
  let id: PromoCodeID
  let terms: PromoCodeTermsInput

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(PromoCodeID.self))
    terms = PromoCodeTermsInput(&fields)
  }
}

struct NewDiscountType: RouteInput {
  let name: String
  let symbol: String

  init(_ fields: inout InputReader) {
    name = fields.body("name", .text(255))
    symbol = fields.body("symbol", .text(10))
  }
}

struct DiscountTypeChange: RouteInput {
  let id: DiscountTypeID
  let name: String?
  let symbol: String?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(DiscountTypeID.self))
    name = fields.change("name", .text(255))
    symbol = fields.change("symbol", .text(10))
  }
}
