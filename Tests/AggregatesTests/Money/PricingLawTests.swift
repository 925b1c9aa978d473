import Aggregates
import Testing

/// The laws of the pricing rule, on random baskets. Each failure names the seed and the round that show it again.
@Suite struct PricingLawTests {
  static let rounds = 3_000

  func check(_ body: (inout MoneyRandom, String) throws -> Void) rethrows {
    let seed = MoneyRandom.seed()
    var random = MoneyRandom(state: seed)
    for round in 0..<Self.rounds { try body(&random, "COMPTOIR_TEST_SEED=\(seed), round \(round)") }
  }

  /// Without the groups' order, which follows that of the lines.
  func bases(_ totals: Totals) -> [VATRate: [Cents]] {
    Dictionary(uniqueKeysWithValues: totals.vatGroups.map { ($0.vatRate, [$0.baseHT, $0.vat]) })
  }

  /// Each line of an even quantity becomes two of half of it.
  func split(_ lines: [PricedLine]) -> [PricedLine] {
    lines.flatMap { line -> [PricedLine] in
      guard line.quantity.isMultiple(of: 2) else { return [line] }
      var half = line
      half.quantity /= 2
      return [half, half]
    }
  }

  @Test func `lines, carriage, groups and codes add up to the totals`() throws {
    try check { random, message in
      let (lines, shipping, codes) = (random.lines(0...8), random.shipping(), random.codes())
      let totals = try Pricing.totals(lines: lines, codes: codes, shipping: shipping, at: 0)
      let all = totals.lines + (totals.shipping.map { [$0] } ?? [])
      let sums = [
        try Cents.sum(totals.lines.map(\.lineHT)) == totals.subtotalHT,
        try Cents.sum(all.map(\.discount)) == totals.totalDiscount,
        try Cents.sum(totals.codes.map(\.amount)) == totals.totalDiscount,
        try Cents.sum(all.map(\.netHT)) == totals.totalHT,
        try Cents.sum(all.map(\.vat)) == totals.totalVAT,
        try Cents.sum(totals.vatGroups.map(\.vat)) == totals.totalVAT,
        try Cents.sum(totals.vatGroups.map(\.baseHT)) == totals.totalHT,
        try Cents.sum(all.map(\.ttc)) == totals.totalTTC,
        try totals.totalHT.adding(totals.totalVAT) == totals.totalTTC,
        totals.lines.count == lines.count,
      ]
      #expect(sums.allSatisfy { $0 }, "\(sums), \(message)")
      for (index, priced) in all.enumerated() {
        let fits = priced.discount >= .zero && priced.discount <= priced.lineHT && priced.vat >= .zero
        #expect(fits, "line \(index), \(message)")
      }
      for (line, priced) in zip(lines, totals.lines)
      where codes.allSatisfy({ $0.coveredProducts.map { !$0.contains(line.product) } ?? false }) {
        #expect(priced.discount == .zero, "\(message)")
      }
      for group in totals.vatGroups {
        // 100000 times the tax is within half a cent of base times rate, a half above.
        let error = group.vat.rawValue * 100_000 - group.baseHT.rawValue * group.vatRate.rawValue
        #expect((-49_999...50_000).contains(error), "\(group), \(message)")
      }
      #expect(try Pricing.totals(lines: lines, codes: codes, shipping: shipping, at: 0) == totals, "\(message)")
    }
  }

  @Test func `without a code neither the order of lines nor their splitting changes a total or a group`() throws {
    try check { random, message in
      let (lines, shipping) = (random.lines(), random.shipping())
      let totals = try Pricing.totals(lines: lines, shipping: shipping, at: 0)
      for other in [split(lines), lines.shuffled(using: &random)] {
        let again = try Pricing.totals(lines: other, shipping: shipping, at: 0)
        #expect(bases(again) == bases(totals), "\(message)")
        #expect(again.totalHT == totals.totalHT && again.totalTTC == totals.totalTTC, "\(message)")
      }
    }
  }

  @Test func `with a code order and splitting keep the discount and move the VAT by two cents at most`() throws {
    var moved = 0
    try check { random, message in
      let (lines, shipping, codes) = (random.lines(), random.shipping(), random.codes(1...1))
      let totals = try Pricing.totals(lines: lines, codes: codes, shipping: shipping, at: 0)
      for other in [split(lines), lines.shuffled(using: &random)] {
        let again = try Pricing.totals(lines: other, codes: codes, shipping: shipping, at: 0)
        #expect(again.totalHT == totals.totalHT && again.totalDiscount == totals.totalDiscount, "\(message)")
        let difference = try again.totalVAT.subtracting(totals.totalVAT).rawValue
        if difference != 0 { moved += 1 }
        #expect(difference.magnitude <= 2, "\(message)")
      }
    }
    // Most baskets do not move at all.
    #expect(moved < Self.rounds / 5)
  }

  @Test func `one more cent of a fixed code is one more cent of discount until the base is used up`() throws {
    try check { random, message in
      let (lines, shipping) = (random.lines(), random.shipping())
      var code = random.codes(1...1)[0]
      code.minimum = nil
      let base = try Pricing.totals(lines: lines, at: 0).subtotalHT
      let covered = lines.filter { code.coveredProducts?.contains($0.product) ?? true }
      let limit = try Pricing.totals(lines: covered, at: 0).subtotalHT
      for value in [0, limit.rawValue - 1, limit.rawValue, Int64.random(in: 0...base.rawValue, using: &random)] where value >= 0 {
        func discount(_ value: Int64) throws -> Int64 {
          code.kind = .fixed(Cents(value))
          return try Pricing.totals(lines: lines, codes: [code], shipping: shipping, at: 0).totalDiscount.rawValue
        }
        #expect(try discount(value + 1) - discount(value) == (value < limit.rawValue ? 1 : 0), "\(message)")
      }
    }
  }

  @Test func `codes over the whole basket give one discount in any order of entry`() throws {
    try check { random, message in
      let (lines, shipping, codes) = (random.lines(), random.shipping(), random.codes(2...4, coverAll: true))
      let totals = try Pricing.totals(lines: lines, codes: codes, shipping: shipping, at: 0)
      let again = try Pricing.totals(lines: lines, codes: codes.shuffled(using: &random), shipping: shipping, at: 0)
      #expect(again.totalDiscount == totals.totalDiscount && again.totalHT == totals.totalHT, "\(message)")
      func results(_ totals: Totals) -> [String: PromoCodeResult] {
        Dictionary(uniqueKeysWithValues: totals.codes.map { ($0.code, $0.result) })
      }
      #expect(results(again) == results(totals), "\(message)")
    }
  }

  /// Any 64-bit number, small and positive ones about as often as huge ones.
  func extreme(_ random: inout MoneyRandom) -> Int64 {
    let value = Int64.random(in: Int64.min...Int64.max, using: &random) >> Int64.random(in: 0...63, using: &random)
    return Int.random(in: 0...7, using: &random) == 0 ? value : Int64(clamping: value.magnitude)
  }

  @Test func `random extremes are totals or an error and never a crash`() throws {
    try check { (random: inout MoneyRandom, message: String) throws in
      var lines = random.lines()
      for index in lines.indices where Bool.random(using: &random) {
        lines[index].unitPriceHT = Cents(extreme(&random))
        lines[index].quantity = extreme(&random)
      }
      var codes = random.codes()
      for index in codes.indices where Bool.random(using: &random) {
        codes[index].kind = .fixed(Cents(extreme(&random)))
      }
      guard let totals = try? Pricing.totals(lines: lines, codes: codes, shipping: random.shipping(), at: 0) else { return }
      #expect(try totals.totalHT.adding(totals.totalVAT) == totals.totalTTC, "\(message)")
    }
  }
}
