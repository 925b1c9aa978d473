/// A promo code as it stands when a basket is priced: what it gives, and what it asks for. Nil means no limit.
public struct PromoCodeTerms: Sendable, Hashable {
  /// What a code takes off. All values are amounts without tax.
  public enum Kind: Sendable, Hashable {
    /// A share of the covered lines before any discount.
    case percentage(Percentage)
    /// An amount off the covered lines.
    case fixed(Cents)
    /// The price of the carriage, up to a value where there is one. On a basket that has no price for its carriage yet
    /// it takes its value off the covered lines, as a fixed code does.
    case freeShipping(upTo: Cents?)
  }

  /// The code as it is claimed and reported. Two entries of one basket with equal codes count once.
  public var code: String
  /// What it takes off.
  public var kind: Kind
  /// First moment of validity, inclusive, in microseconds since 1970 UTC.
  public var startsAt: Int64?
  /// End of validity, exclusive, in microseconds since 1970 UTC.
  public var endsAt: Int64?
  /// Least subtotal without tax, before any discount and without carriage; reached exactly is enough.
  public var minimum: Cents?
  /// Most that a percentage takes off.
  public var maximumDiscount: Cents?
  /// Uses allowed in all.
  public var usageLimit: Int64?
  /// Uses counted so far, this basket's not included.
  public var used: Int64
  /// Uses allowed to one customer.
  public var perCustomerLimit: Int64?
  /// Uses of this customer so far, this basket's not included.
  public var usedByCustomer: Int64
  /// The products the code is meant for, categories resolved; nil covers every line.
  public var coveredProducts: Set<Int64>?

  /// A code without limits, but for those that are given.
  public init(
    code: String, kind: Kind, startsAt: Int64? = nil, endsAt: Int64? = nil, minimum: Cents? = nil,
    maximumDiscount: Cents? = nil, usageLimit: Int64? = nil, used: Int64 = 0, perCustomerLimit: Int64? = nil,
    usedByCustomer: Int64 = 0, coveredProducts: Set<Int64>? = nil
  ) {
    self.code = code
    self.kind = kind
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.minimum = minimum
    self.maximumDiscount = maximumDiscount
    self.usageLimit = usageLimit
    self.used = used
    self.perCustomerLimit = perCustomerLimit
    self.usedByCustomer = usedByCustomer
    self.coveredProducts = coveredProducts
  }

  /// Whether the code counts now, or the first reason why it does not. The order of the tests is fixed, so that one
  /// basket always gets one answer.
  ///
  /// - Parameters:
  ///   - subtotalHT: lines without tax, before any discount, without carriage.
  ///   - at: the moment of pricing, in microseconds since 1970 UTC.
  public func check(subtotalHT: Cents, at: Int64) -> PromoCodeResult {
    if let startsAt, at < startsAt { return .notStarted }
    if let endsAt, at >= endsAt { return .expired }
    if let usageLimit, used >= usageLimit { return .usageLimitReached }
    if let perCustomerLimit, usedByCustomer >= perCustomerLimit { return .customerLimitReached }
    if let minimum, subtotalHT < minimum { return .belowMinimum }
    return .applied
  }
}

/// What became of a code. The raw values are those of the interfaces.
public enum PromoCodeResult: String, Sendable, Hashable, CaseIterable {
  /// It counts; its amount may still be zero when nothing was left to take off.
  case applied
  /// Its validity begins later.
  case notStarted = "not_started"
  /// Its validity is over.
  case expired
  /// All its uses are taken.
  case usageLimitReached = "usage_limit_reached"
  /// All uses of this customer are taken.
  case customerLimitReached = "customer_limit_reached"
  /// The subtotal is too small.
  case belowMinimum = "below_minimum"
}
