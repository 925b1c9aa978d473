/// What is left of each line and of the carriage while codes are taken off, one after the other.
struct Discounts {
  private let products: [Int64]
  private let lineHT: [Cents]
  /// Net of the codes applied so far, line by line; never below zero.
  private(set) var left: [Cents]
  /// The same for the carriage; nil when it has no price.
  private(set) var shippingLeft: Cents?

  init(lines: [PricedLine], lineHT: [Cents], shipping: Cents?) {
    products = lines.map(\.product)
    self.lineHT = lineHT
    left = lineHT
    shippingLeft = shipping
  }

  /// Tests and applies codes; the answers are in the order of entry, each code once.
  mutating func apply(
    _ terms: [PromoCodeTerms], subtotalHT: Cents, at: Int64
  ) throws(MoneyError) -> [Totals.Code] {
    var seen: Set<String> = []
    let codes = terms.filter { seen.insert($0.code).inserted }
    // Every code is tested against the same undiscounted subtotal, so the tests come first.
    var results = codes.map { code in
      Totals.Code(code: code.code, result: code.check(subtotalHT: subtotalHT, at: at), amount: .zero)
    }
    for rank in 0...2 {
      for (index, code) in codes.enumerated() where code.kind.rank == rank && results[index].result == .applied {
        results[index].amount = try apply(code)
      }
    }
    return results
  }

  /// Takes one code off, and returns how much it was.
  private mutating func apply(_ code: PromoCodeTerms) throws(MoneyError) -> Cents {
    let covered = products.indices.filter { code.coveredProducts?.contains(products[$0]) ?? true }
    switch code.kind {
    case .percentage(let percentage):
      var amount = try percentage.share(of: try Cents.sum(covered.map { lineHT[$0] }))
      if let maximum = code.maximumDiscount {
        guard maximum >= .zero else { throw .negativeAmount }
        amount = min(amount, maximum)
      }
      return try take(amount, off: covered)
    case .fixed(let value):
      return try take(value, off: covered)
    case .freeShipping(let limit):
      guard let shipping = shippingLeft else { return try take(limit ?? .zero, off: covered) }
      let amount = min(limit ?? shipping, shipping)
      guard amount >= .zero else { throw .negativeAmount }
      shippingLeft = try shipping.subtracting(amount)
      return amount
    }
  }

  /// Spreads an amount over what is left of the covered lines, and stops at it.
  private mutating func take(_ wanted: Cents, off covered: [Int]) throws(MoneyError) -> Cents {
    let weights = covered.map { left[$0] }
    let amount = min(wanted, try Cents.sum(weights))
    for (index, share) in zip(covered, try Cents.allocate(amount, over: weights)) {
      left[index] = try left[index].subtracting(share)
    }
    return amount
  }
}

extension PromoCodeTerms.Kind {
  /// The order of work.
  fileprivate var rank: Int {
    switch self {
    case .percentage: 0
    case .fixed: 1
    case .freeShipping: 2
    }
  }
}
