import Aggregates
import Testing

@Suite struct AllocationTests {
  @Test(
    arguments: [
      (10, [1, 1, 1], [4, 3, 3]), (1000, [1000, 1000, 1000], [334, 333, 333]), (5, [0, 1, 0], [0, 5, 0]), (2, [1, 1, 1], [1, 1, 0]),
      (7, [0, 0], [0, 0]), (0, [3, 4], [0, 0]), (9, [], []), (100, [1, 2, 4], [14, 29, 57]), (3, [5, 5, 5, 5], [1, 1, 1, 0]),
    ] as [(Int64, [Int64], [Int64])])
  func `amounts are shared by the largest remainder and ties go to the earlier`(
    _ total: Int64, _ weights: [Int64], _ shares: [Int64]
  ) throws {
    #expect(try Cents.allocate(Cents(total), over: weights.map { Cents($0) }) == shares.map { Cents($0) })
  }

  @Test func `shares add up, respect weights and follow the remainders`() throws {
    let seed = MoneyRandom.seed()
    var random = MoneyRandom(state: seed)
    for round in 0..<5_000 {
      let message = "COMPTOIR_TEST_SEED=\(seed), round \(round)"
      // From tiny to the largest: products of two such weights need the whole of 128 bits.
      let shift = Int64.random(in: 0...61, using: &random)
      let weights = (0..<Int.random(in: 1...9, using: &random)).map { _ in
        Int.random(in: 0...3, using: &random) == 0 ? 0 : Int64.random(in: 0...Int64.max, using: &random) >> shift
      }
      let total = Int64.random(in: 0...Int64.max, using: &random) >> Int64.random(in: 0...62, using: &random)
      let shares = try Cents.allocate(Cents(total), over: weights.map { Cents($0) }).map(\.rawValue)
      let sum = weights.reduce(Int128(0)) { $0 + Int128($1) }
      guard sum > 0 else {
        #expect(shares.allSatisfy { $0 == 0 }, "\(message)")
        continue
      }
      #expect(shares.reduce(Int128(0)) { $0 + Int128($1) } == Int128(total), "\(message)")
      var smallestRaised = sum
      var largestNot: Int128 = -1
      for (weight, share) in zip(weights, shares) {
        let (floor, remainder) = (Int128(total) * Int128(weight)).quotientAndRemainder(dividingBy: sum)
        let extra = Int128(share) - floor
        #expect(extra == 0 || extra == 1, "\(message)")
        #expect(weight > 0 || share == 0, "\(message)")
        #expect(Int128(total) > sum || share <= weight, "\(message)")
        if extra == 1 { smallestRaised = min(smallestRaised, remainder) } else { largestNot = max(largestNot, remainder) }
      }
      #expect(smallestRaised >= largestNot, "\(message)")
    }
  }

  @Test func `a negative total or weight is refused`() {
    #expect(throws: MoneyError.negativeAmount) { try Cents.allocate(Cents(-1), over: [Cents(1)]) }
    #expect(throws: MoneyError.negativeAmount) { try Cents.allocate(Cents(1), over: [Cents(2), Cents(-1)]) }
  }
}
