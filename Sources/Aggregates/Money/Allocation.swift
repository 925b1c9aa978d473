extension Cents {
  /// Shares an amount out in proportion to weights, so that the shares add up to it exactly.
  ///
  /// Each member first gets the whole cents of `total x weight / W`, `W` being the sum of the weights. The cents left
  /// over go one by one to the members with the largest remainder of that division, the earlier of two equal ones first
  /// (the largest-remainder method). Remainders are integers, so no cent depends on a rounding of decimals.
  ///
  /// - Returns: one share a weight, in the order of the weights. All shares are zero when `W` is. A member of weight
  ///   zero gets nothing, and no member gets more than its weight as long as `total` is at most `W`.
  /// - Throws: `MoneyError.negativeAmount` when the total or a weight is below zero.
  public static func allocate(_ total: Cents, over weights: [Cents]) throws(MoneyError) -> [Cents] {
    guard total >= .zero else { throw .negativeAmount }
    var sum: Int128 = 0
    for weight in weights {
      guard weight >= .zero else { throw .negativeAmount }
      sum += Int128(weight.rawValue)
    }
    guard sum > 0, total > .zero else { return Array(repeating: .zero, count: weights.count) }

    var shares: [Int64] = []
    shares.reserveCapacity(weights.count)
    var remainders: [(index: Int, remainder: Int128)] = []
    var left = total.rawValue
    for (index, weight) in weights.enumerated() {
      // Below 2^126; the share is at most the total, as no weight exceeds the sum.
      let (share, remainder) = (Int128(total.rawValue) * Int128(weight.rawValue)).quotientAndRemainder(dividingBy: sum)
      shares.append(Int64(share))
      left -= Int64(share)
      if remainder > 0 { remainders.append((index, remainder)) }
    }
    // The remainders add up to `left` times the sum, and each is below the sum: more members have one than there are
    // cents left.
    remainders.sort { ($1.remainder, $0.index) < ($0.remainder, $1.index) }
    for (index, _) in remainders.prefix(Int(left)) { shares[index] += 1 }
    return shares.map { Cents($0) }
  }
}
