public import EventSourcing
public import JSON

/// All terms of a promo code, as an administrator sets them.
public struct PromoCodeDefinition: Sendable, Hashable {
  public var promoCodeID: PromoCodeID
  public var name: String
  public var kind: DiscountKind
  /// Hundredths: of a percent, or cents without tax.
  public var discount: Int64
  public var typeID: DiscountTypeID?
  /// Inclusive; nil: no limit, here and below.
  public var validFrom: Timestamp?
  /// Exclusive.
  public var validUntil: Timestamp?
  public var minOrderAmount: Cents?
  public var maxDiscount: Cents?
  public var maxUsage: Int64?
  public var maxUsagePerUser: Int64?
  /// Whether other codes may stand beside it.
  public var combinable: Bool
  /// The products it covers.
  public var productIDs: [ProductID]
  /// The categories it covers; with `productIDs` empty as well: everything.
  public var categoryIDs: [Int64]

  public init(
    promoCodeID: PromoCodeID, name: String, kind: DiscountKind, discount: Int64, typeID: DiscountTypeID? = nil,
    validFrom: Timestamp? = nil, validUntil: Timestamp? = nil, minOrderAmount: Cents? = nil, maxDiscount: Cents? = nil,
    maxUsage: Int64? = nil, maxUsagePerUser: Int64? = nil, combinable: Bool = true, productIDs: [ProductID] = [],
    categoryIDs: [Int64] = []
  ) {
    self.promoCodeID = promoCodeID
    self.name = name
    self.kind = kind
    self.discount = discount
    self.typeID = typeID
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.minOrderAmount = minOrderAmount
    self.maxDiscount = maxDiscount
    self.maxUsage = maxUsage
    self.maxUsagePerUser = maxUsagePerUser
    self.combinable = combinable
    self.productIDs = productIDs
    self.categoryIDs = categoryIDs
  }

  /// What a basket keeps of it.
  var applied: AppliedCode {
    AppliedCode(
      kind: kind, discount: discount, minOrderAmount: minOrderAmount, maxDiscount: maxDiscount, combinable: combinable,
      productIDs: productIDs, categoryIDs: categoryIDs)
  }

  /// The first field that breaks a rule of the columns; nil when all hold.
  /// - Parameter mostInScope: how many products, and how many categories, it may name.
  func firstInvalidField(code: String, mostInScope: Int = SalesLimits.scope) -> (field: String, reason: String)? {
    if code.isEmpty || code.count > 50 { return ("code", "has 1 to 50 characters") }
    if code.contains(where: { $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 0x20 } }) { return ("code", "has no blanks") }
    if name.isEmpty || name.count > 255 { return ("name", "has 1 to 255 characters") }
    // numeric(8,2)
    if !(0...99_999_999).contains(discount) { return ("discount", "is between 0 and 999999.99") }
    if kind == .percentage, discount > 10_000 { return ("discount", "is at most 100 percent") }
    if let validFrom, let validUntil, validUntil <= validFrom { return ("valid_until", "is after valid_from") }
    for (field, amount) in [("min_order_amount", minOrderAmount), ("max_discount", maxDiscount)] {
      if let amount, !SalesLimits.amounts.contains(amount.rawValue) { return (field, "is between 0 and 99999999.99") }
    }
    for (field, count) in [("max_usage", maxUsage), ("max_usage_per_user", maxUsagePerUser)] {
      if let count, !(0...Int64(Int32.max)).contains(count) { return (field, "is between 0 and 2147483647") }
    }
    if productIDs.count > mostInScope || categoryIDs.count > mostInScope {
      return ("scope", "names at most \(mostInScope) products and categories")
    }
    return nil
  }
}

extension PromoCodeDefinition: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    promoCodeID = try json.id("promo_code_id")
    name = try json.string("name")
    kind = try json.name("kind")
    discount = try json.int64("discount")
    typeID = try json.optionalID("type_id")
    validFrom = try json.optionalTimestamp("valid_from")
    validUntil = try json.optionalTimestamp("valid_until")
    minOrderAmount = try json.optionalCents("min_order_amount")
    maxDiscount = try json.optionalCents("max_discount")
    maxUsage = try json.optionalInt64("max_usage")
    maxUsagePerUser = try json.optionalInt64("max_usage_per_user")
    combinable = try json.bool("combinable")
    productIDs = try json.ids("product_ids")
    categoryIDs = try json.int64Array("category_ids")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("promo_code_id", promoCodeID)
    json.field("name", name)
    json.field("kind", name: kind)
    json.field("discount", discount)
    json.field("type_id", typeID)
    json.field("valid_from", validFrom)
    json.field("valid_until", validUntil)
    json.field("min_order_amount", minOrderAmount)
    json.field("max_discount", maxDiscount)
    json.field("max_usage", maxUsage)
    json.field("max_usage_per_user", maxUsagePerUser)
    json.field("combinable", combinable)
    json.field("product_ids", productIDs)
    json.field("category_ids", categoryIDs)
  }
}

/// From stored discounts to what pricing knows.
enum DiscountTerms {
  static func kind(_ kind: DiscountKind, hundredths: Int64) throws(MoneyError) -> PromoCodeTerms.Kind {
    switch kind {
    case .percentage:
      guard let percentage = Percentage(rawValue: hundredths * 100) else { throw .malformedPercentage }
      return .percentage(percentage)
    case .fixed: return .fixed(Cents(rawValue: hundredths))
    // No basket has a price for its carriage yet, so that the code counts as an amount of its value.
    case .freeShipping: return .freeShipping(upTo: Cents(rawValue: hundredths))
    }
  }
}

/// Bounds that keep amounts inside the columns of the read tables.
enum SalesLimits {
  /// Cents of a numeric(10,2).
  static let amounts: ClosedRange<Int64> = 0...9_999_999_999
  /// Cents of a numeric(8,2).
  static let unitPrices: ClosedRange<Int64> = 0...99_999_999
  /// Units of one line; far below what an integer column holds.
  static let quantities: ClosedRange<Int64> = 1...1_000_000
  /// Lines of one basket: bounds the size of an order's events.
  static let lines = 200
  /// Codes on one basket.
  static let codes = 10
  /// Products, and categories, that a promo code names.
  static let scope = 10_000
}
