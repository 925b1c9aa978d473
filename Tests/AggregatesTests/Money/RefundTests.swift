import Aggregates
import Testing

@Suite struct RefundTests {
  @Test func `three returns of one unit give back the line exactly`() throws {
    var before = Refund.none
    var steps: [Refund] = []
    for returned: Int64 in 1...3 {
      let next = try Refund.next(netHT: euros("20.00"), vat: euros("4.00"), quantity: 3, returned: returned, before: before)
      steps.append(next)
      before = Refund(amountHT: try before.amountHT.adding(next.amountHT), vat: try before.vat.adding(next.vat))
    }
    #expect(steps.map(\.amountHT) == [euros("6.67"), euros("6.66"), euros("6.67")])
    #expect(steps.map(\.vat) == [euros("1.33"), euros("1.34"), euros("1.33")])
    #expect(try before.amountTTC() == euros("24.00"))
  }

  @Test func `all units in any steps give back the net amount and the VAT, and no step takes money`() throws {
    let seed = MoneyRandom.seed()
    var random = MoneyRandom(state: seed)
    for round in 0..<3_000 {
      let totals = try Pricing.totals(lines: random.lines(1...1), codes: random.codes(), at: 0)
      let line = totals.lines[0]
      let quantity = Int64.random(in: 1...12, using: &random)
      var before = Refund.none
      var returned: Int64 = 0
      while returned < quantity {
        returned += Int64.random(in: 1...(quantity - returned), using: &random)
        let next = try Refund.next(netHT: line.netHT, vat: line.vat, quantity: quantity, returned: returned, before: before)
        #expect(next.amountHT >= .zero && next.vat >= .zero, "COMPTOIR_TEST_SEED=\(seed), round \(round)")
        before = Refund(amountHT: try before.amountHT.adding(next.amountHT), vat: try before.vat.adding(next.vat))
      }
      #expect(before == Refund(amountHT: line.netHT, vat: line.vat), "COMPTOIR_TEST_SEED=\(seed), round \(round)")
    }
  }

  @Test func `more units than there are cannot be returned`() {
    for (quantity, returned) in [(3, 4), (3, -1), (0, 0), (-1, 0)] as [(Int64, Int64)] {
      #expect(throws: MoneyError.invalidQuantity) {
        try Refund.cumulative(netHT: euros("1.00"), vat: euros("0.20"), quantity: quantity, returned: returned)
      }
    }
  }
}

@Suite struct PriceWithTaxTests {
  @Test func `from HT to TTC and back is always the same price`() throws {
    for vatRate in VATRate.french + [VATRate(rawValue: 1), VATRate(rawValue: 100_000)] {
      for cents: Int64 in 0...20_000 {
        let there = try PriceWithTax(ht: Cents(cents), vatRate: vatRate)
        guard try PriceWithTax(ttc: there.ttc, vatRate: vatRate).ht == Cents(cents) else {
          Issue.record("\(cents) at \(vatRate)")
          return
        }
      }
    }
  }

  @Test func `from TTC to HT and back loses one price in six at 20 percent`() throws {
    var lost = 0
    for cents: Int64 in 1...6_000 {
      let entered = try PriceWithTax(ttc: Cents(cents), vatRate: rate("20"))
      #expect(try entered.ht.adding(entered.vat) == entered.ttc)
      if try PriceWithTax(ht: entered.ht, vatRate: rate("20")).ttc != entered.ttc { lost += 1 }
    }
    #expect(lost == 1_000)
    let example = try PriceWithTax(ttc: euros("0.03"), vatRate: rate("20"))
    #expect(example.ht == euros("0.03") && example.priceIncludesVat)
    #expect(try PriceWithTax(ht: example.ht, vatRate: rate("20")).ttc == euros("0.04"))
  }

  @Test func `a price too large with its tax overflows`() {
    #expect(throws: MoneyError.overflow) { try PriceWithTax(ht: Cents(Int64.max), vatRate: rate("20")) }
    #expect(throws: Never.self) { try PriceWithTax(ttc: Cents(Int64.max), vatRate: rate("20")) }
  }
}
