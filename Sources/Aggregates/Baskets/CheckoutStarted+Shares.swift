extension CheckoutStarted {
  /// What each code took off each line, worked out again from the terms that the codes had.
  /// - Parameter definitions: of each code, by the code.
  /// - Returns: for each of `codes`, an amount for each of `lines`; nil when that is not what the order was given.
  public func discountShares(_ definitions: [String: PromoCodeDefinition]) -> [[Cents]]? {
    let priced = lines.map {
      PricedLine(product: $0.productID.rawValue, unitPriceHT: $0.unitPriceHT, quantity: $0.quantity, vatRate: $0.vatRate)
    }
    guard let terms = try? codes.map({ try terms(of: $0, definitions[$0.code]) }) else { return nil }
    var shares = codes.map { _ in lines.map { _ in Cents.zero } }
    var applied: Set<Int> = []
    var before = lines.map { _ in Cents.zero }
    // Codes work on what those before them have left, so the share of one is what it adds to theirs.
    for index in terms.indices.sorted(by: { (rank(terms[$0]), $0) < (rank(terms[$1]), $1) }) {
      applied.insert(index)
      let some = terms.indices.filter(applied.contains).map { terms[$0] }
      guard let totals = try? Pricing.totals(lines: priced, codes: some, at: 0) else { return nil }
      let after = totals.lines.map(\.discount)
      shares[index] = zip(after, before).map { Cents(rawValue: $0.rawValue - $1.rawValue) }
      before = after
    }
    let sums = shares.map { $0.reduce(0) { $0 + $1.rawValue } }
    guard before == lines.map(\.discount), sums == codes.map(\.amount.rawValue) else { return nil }
    return shares
  }

  private func terms(of code: CheckoutCode, _ definition: PromoCodeDefinition?) throws -> PromoCodeTerms {
    guard let definition else { throw MoneyError.negativeAmount }
    let isScoped = !definition.productIDs.isEmpty || !definition.categoryIDs.isEmpty
    return PromoCodeTerms(
      code: code.code, kind: try DiscountTerms.kind(definition.kind, hundredths: definition.discount),
      maximumDiscount: definition.maxDiscount, coveredProducts: isScoped ? Set(definition.productIDs.map(\.rawValue)) : nil)
  }

  private func rank(_ terms: PromoCodeTerms) -> Int {
    switch terms.kind {
    case .percentage: 0
    case .fixed: 1
    case .freeShipping: 2
    }
  }
}
