import Aggregates
import Testing

@Suite struct PricingTests {
  func line(_ price: String, _ quantity: Int64 = 1, _ vat: String = "20", product: Int64 = 1) -> PricedLine {
    PricedLine(product: product, unitPriceHT: euros(price), quantity: quantity, vatRate: rate(vat))
  }

  func fixed(_ value: String, code: String = "FIXED") -> PromoCodeTerms {
    PromoCodeTerms(code: code, kind: .fixed(euros(value)))
  }

  func percentage(_ value: String, code: String = "PERCENT") -> PromoCodeTerms {
    PromoCodeTerms(code: code, kind: .percentage(percent(value)))
  }

  // Rounding the tax of one unit and multiplying gave 382.30 (vendurehq/vendure issue 2662).
  @Test func `ten units of 31.86 at 20 percent are 382.32 because nothing is rounded before it is multiplied`() throws {
    let price = try PriceWithTax(ttc: euros("38.23"), vatRate: rate("20"))
    #expect(price.ht == euros("31.86"))
    let totals = try Pricing.totals(lines: [PricedLine(product: 1, unitPriceHT: price.ht, quantity: 10, vatRate: rate("20"))], at: 0)
    #expect(totals.subtotalHT == euros("318.60"))
    #expect(totals.totalVAT == euros("63.72"))
    #expect(totals.totalTTC == euros("382.32"))
    let withoutTax = try Pricing.totals(lines: [line("38.23", 10)], at: 0)
    #expect(withoutTax.totalHT == euros("382.30"))
    #expect(withoutTax.totalVAT == euros("76.46"))
    #expect(withoutTax.totalTTC == euros("458.76"))
  }

  // A discount rounded unit by unit gave 1110.85 (vendurehq/vendure issue 3003).
  @Test func `ten percent off 1234.36 leave 1110.92 however the units are spread`() throws {
    for lines in [[line("1234.36")], [line("308.59", 4)], [line("12.34", 100), line("0.36")], [line("0.01", 123_436)]] {
      let totals = try Pricing.totals(lines: lines, codes: [percentage("10")], at: 0)
      #expect(totals.totalHT == euros("1110.92"))
      #expect(totals.totalDiscount == euros("123.44"))
    }
  }

  // Tax rounded unit by unit gave 41.01 (Sylius/Sylius issue 8902).
  @Test func `three times 70 less 5 bear 41.00 of tax in one line or in three`() throws {
    for lines in [[line("70.00", 3)], [line("70.00"), line("70.00"), line("70.00")], [line("70.00", 2), line("70.00")]] {
      let totals = try Pricing.totals(lines: lines, codes: [fixed("5.00")], at: 0)
      #expect(totals.totalHT == euros("205.00"))
      #expect(totals.totalVAT == euros("41.00"))
      #expect(totals.totalTTC == euros("246.00"))
    }
    let three = try Pricing.totals(lines: [line("70.00"), line("70.00"), line("70.00")], codes: [fixed("5.00")], at: 0)
    #expect(three.lines.map(\.discount) == [euros("1.67"), euros("1.67"), euros("1.66")])
    #expect(three.lines.map(\.vat) == [euros("13.67"), euros("13.66"), euros("13.67")])
  }

  // Item against unit rounding (Sylius/Sylius pull request 3868), and a cast in place of rounding (issue 14522).
  @Test func `tax is rounded once for a group and discounts half up`() throws {
    #expect(try Pricing.totals(lines: [line("10.20", 10, "23")], at: 0).totalVAT == euros("23.46"))
    #expect(try Pricing.totals(lines: [line("10.50")], codes: [percentage("15")], at: 0).totalDiscount == euros("1.58"))
  }

  @Test func `percentages are of the undiscounted subtotal and fixed amounts come after them`() throws {
    let lines = [line("50.00", 2), line("30.00"), line("15.00", 3)]
    for codes in [[percentage("10"), fixed("15.00")], [fixed("15.00"), percentage("10")]] {
      let totals = try Pricing.totals(lines: lines, codes: codes, at: 0)
      #expect(totals.totalDiscount == euros("32.50"))
      #expect(totals.totalHT == euros("142.50"))
      #expect(totals.codes.map(\.code) == codes.map(\.code))
      #expect(Set(totals.codes.map(\.amount)) == [euros("17.50"), euros("15.00")])
    }
    let added = try Pricing.totals(lines: lines, codes: [percentage("60", code: "A"), percentage("60", code: "B")], at: 0)
    #expect(added.totalHT == .zero)
    #expect(added.codes.map(\.amount) == [euros("105.00"), euros("70.00")])
    #expect(added.vatGroups == [Totals.VATGroup(vatRate: rate("20"), baseHT: .zero, vat: .zero)])
  }

  @Test func `one code counts once`() throws {
    let totals = try Pricing.totals(lines: [line("50.00")], codes: [fixed("5.00"), fixed("5.00"), fixed("5.00", code: "B")], at: 0)
    #expect(totals.totalDiscount == euros("10.00"))
    #expect(totals.codes.map(\.code) == ["FIXED", "B"])
  }

  @Test func `a code is refused for the first reason in the fixed order and then changes nothing`() throws {
    var code = fixed("5.00")
    code.startsAt = 100
    code.endsAt = 50
    code.usageLimit = 3
    code.used = 3
    code.perCustomerLimit = 1
    code.usedByCustomer = 1
    code.minimum = euros("50.01")
    let plain = try Pricing.totals(lines: [line("50.00")], at: 0)
    func result(at: Int64 = 60) throws -> PromoCodeResult? {
      let totals = try Pricing.totals(lines: [line("50.00")], codes: [code], at: at)
      if totals.codes.first?.result != .applied {
        #expect(totals.codes.first?.amount == .zero)
        #expect(totals.totalTTC == plain.totalTTC && totals.lines == plain.lines)
      }
      return totals.codes.first?.result
    }
    #expect(try result() == .notStarted)
    code.startsAt = 60
    #expect(try result() == .expired)
    code.endsAt = 61
    #expect(try result() == .usageLimitReached)
    code.used = 2
    #expect(try result() == .customerLimitReached)
    code.usedByCustomer = 0
    #expect(try result() == .belowMinimum)
    code.minimum = euros("50.00")
    #expect(try result() == .applied)
    #expect(try result(at: 59) == .notStarted)
    #expect(try result(at: 61) == .expired)
    #expect(
      PromoCodeResult.allCases.map(\.rawValue) == [
        "applied", "not_started", "expired", "usage_limit_reached", "customer_limit_reached", "below_minimum",
      ])
  }

  @Test func `the minimum looks at the undiscounted lines without carriage for every code`() throws {
    var second = fixed("5.00", code: "B")
    second.minimum = euros("50.00")
    let shipping = Shipping(priceHT: euros("9.00"), vatRate: rate("20"))
    let reached = try Pricing.totals(lines: [line("50.00")], codes: [fixed("30.00"), second], shipping: shipping, at: 0)
    #expect(reached.totalDiscount == euros("35.00"))
    let missed = try Pricing.totals(lines: [line("49.99")], codes: [second], shipping: shipping, at: 0)
    #expect(missed.codes[0].result == .belowMinimum)
  }

  @Test func `a code takes only from the lines it covers`() throws {
    var code = fixed("30.00")
    code.coveredProducts = [2, 9]
    let totals = try Pricing.totals(lines: [line("50.00"), line("20.00", product: 2)], codes: [code], at: 0)
    #expect(totals.lines.map(\.discount) == [.zero, euros("20.00")])
    #expect(totals.codes[0].amount == euros("20.00"))
    code.coveredProducts = []
    let none = try Pricing.totals(lines: [line("50.00")], codes: [code], at: 0)
    #expect(none.codes == [Totals.Code(code: "FIXED", result: .applied, amount: .zero)])
  }

  @Test func `a percentage stops at its maximum and is half up`() throws {
    var code = percentage("12.5")
    #expect(try Pricing.totals(lines: [line("0.04")], codes: [code], at: 0).totalDiscount == euros("0.01"))
    #expect(try Pricing.totals(lines: [line("100.00")], codes: [code], at: 0).totalDiscount == euros("12.50"))
    code.maximumDiscount = euros("10.00")
    #expect(try Pricing.totals(lines: [line("100.00")], codes: [code], at: 0).totalDiscount == euros("10.00"))
    #expect(try Pricing.totals(lines: [line("100.00")], codes: [percentage("33.3333")], at: 0).totalDiscount == euros("33.33"))
  }

  @Test func `free shipping waives the carriage up to its value, and is a fixed code where there is none`() throws {
    let shipping = Shipping(priceHT: euros("7.99"), vatRate: rate("20"))
    let all = PromoCodeTerms(code: "FREE", kind: .freeShipping(upTo: nil))
    let five = PromoCodeTerms(code: "FIVE", kind: .freeShipping(upTo: euros("5.00")))
    let waived = try Pricing.totals(lines: [line("20.00", 1, "5.5")], codes: [five], shipping: shipping, at: 0)
    #expect(waived.shipping?.discount == euros("5.00"))
    #expect(waived.shipping?.netHT == euros("2.99"))
    #expect(waived.lines[0].discount == .zero)
    #expect(waived.totalDiscount == euros("5.00"))
    #expect(waived.totalHT == euros("22.99"))
    #expect(waived.vatGroups.map(\.vatRate) == [rate("5.5"), rate("20")])
    let both = try Pricing.totals(lines: [line("20.00")], codes: [five, all], shipping: shipping, at: 0)
    #expect(both.codes.map(\.amount) == [euros("5.00"), euros("2.99")])
    #expect(both.totalDiscount == euros("7.99"))
    let none = try Pricing.totals(lines: [line("20.00")], codes: [five, all], at: 0)
    #expect(none.codes.map(\.amount) == [euros("5.00"), .zero])
    #expect(none.lines[0].discount == euros("5.00"))
    #expect(none.shipping == nil)
  }

  @Test func `an empty basket costs nothing but its carriage`() throws {
    #expect(try Pricing.totals(lines: [], at: 0).totalTTC == .zero)
    let shipping = Shipping(priceHT: euros("5.00"), vatRate: rate("20"))
    #expect(try Pricing.totals(lines: [], codes: [fixed("1.00")], shipping: shipping, at: 0).totalTTC == euros("6.00"))
  }

  @Test func `what does not fit in cents is an overflow and never a crash`() throws {
    let largest = Cents(Int64.max)
    let vat = rate("20")
    func total(_ lines: [PricedLine], _ shipping: Shipping? = nil) throws -> Totals {
      try Pricing.totals(lines: lines, codes: [percentage("50")], shipping: shipping, at: 0)
    }
    let large = PricedLine(product: 1, unitPriceHT: largest, quantity: 1, vatRate: vat)
    #expect(throws: MoneyError.overflow) { try total([PricedLine(product: 1, unitPriceHT: largest, quantity: 2, vatRate: vat)]) }
    #expect(throws: MoneyError.overflow) { try total([PricedLine(product: 1, unitPriceHT: Cents(2), quantity: Int64.max, vatRate: vat)]) }
    #expect(throws: MoneyError.overflow) { try total([large, line("0.01")]) }
    #expect(throws: MoneyError.overflow) { try Pricing.totals(lines: [large], at: 0) }
    #expect(throws: MoneyError.overflow) {
      try Pricing.totals(lines: [large], shipping: Shipping(priceHT: Cents(1), vatRate: vat), at: 0)
    }
    let half = try total([large])
    #expect(half.totalDiscount == Cents(4_611_686_018_427_387_904))
    #expect(try half.totalHT.adding(half.totalDiscount) == largest)
  }

  @Test func `negative prices and quantities below one are refused`() {
    let negative = PricedLine(product: 1, unitPriceHT: Cents(-1), quantity: 1, vatRate: rate("20"))
    #expect(throws: MoneyError.negativeAmount) { try Pricing.totals(lines: [negative], at: 0) }
    for quantity: Int64 in [0, -1, .min] {
      #expect(throws: MoneyError.invalidQuantity) { try Pricing.totals(lines: [line("1.00", quantity)], at: 0) }
    }
    let shipping = Shipping(priceHT: Cents(-1), vatRate: rate("20"))
    #expect(throws: MoneyError.negativeAmount) { try Pricing.totals(lines: [], shipping: shipping, at: 0) }
    for kind in [PromoCodeTerms.Kind.fixed(Cents(-1)), .freeShipping(upTo: Cents(-1))] {
      let code = PromoCodeTerms(code: "BAD", kind: kind)
      #expect(throws: MoneyError.negativeAmount) { try Pricing.totals(lines: [line("1.00")], codes: [code], at: 0) }
    }
  }
}
