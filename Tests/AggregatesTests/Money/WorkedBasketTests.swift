import Aggregates
import JSON
import Testing

@Suite struct WorkedBasketTests {
  struct Basket {
    var name: String
    var lines: [PricedLine]
    var codes: [PromoCodeTerms]
    var shipping: Shipping?
    var expected: Totals
  }

  func baskets() throws -> [Basket] {
    try JSONObjectReader.parse([UInt8](workedBaskets.utf8), strict: true) { try $0.array("baskets", basket) }
  }

  func basket(_ reader: inout JSONObjectReader) throws -> Basket {
    var product: Int64 = 0
    let lines = try reader.array("lines") { line in
      product += 1
      return PricedLine(
        product: product, unitPriceHT: try line.decimalCents("unitPriceHT"), quantity: try line.int64("quantity"),
        vatRate: rate(try line.string("vatRate")))
    }
    let code = try reader.optionalObject("promo") { promo in
      let kind: PromoCodeTerms.Kind
      switch try promo.string("type") {
      case "percentage": kind = .percentage(percent(try promo.string("value")))
      case "fixed": kind = .fixed(try promo.decimalCents("value"))
      default: kind = .freeShipping(upTo: try promo.optionalDecimalCents("value"))
      }
      return PromoCodeTerms(code: "PROMO", kind: kind, minimum: try promo.optionalDecimalCents("minimum"))
    }
    let shipping = try reader.optionalObject("shipping") {
      Shipping(priceHT: try $0.decimalCents("priceHT"), vatRate: rate(try $0.string("vatRate")))
    }
    return Basket(
      name: try reader.string("name"), lines: lines, codes: code.map { [$0] } ?? [], shipping: shipping,
      expected: try reader.object("expected", totals))
  }

  func totals(_ reader: inout JSONObjectReader) throws -> Totals {
    func line(_ reader: inout JSONObjectReader, gross: StaticString) throws -> Totals.Line {
      Totals.Line(
        lineHT: try reader.decimalCents(gross), discount: try reader.decimalCents("discount"),
        netHT: try reader.decimalCents("netHT"), vat: try reader.decimalCents("vat"), ttc: try reader.decimalCents("ttc"))
    }
    let code = try reader.optionalObject("promo") {
      Totals.Code(
        code: "PROMO", result: try #require(PromoCodeResult(rawValue: try $0.string("result"))),
        amount: try $0.decimalCents("amount"))
    }
    return Totals(
      lines: try reader.array("lines") { try line(&$0, gross: "lineHT") },
      shipping: try reader.optionalObject("shipping") { try line(&$0, gross: "priceHT") },
      vatGroups: try reader.array("vatGroups") {
        Totals.VATGroup(
          vatRate: rate(try $0.string("vatRate")), baseHT: try $0.decimalCents("baseHT"), vat: try $0.decimalCents("vat"))
      },
      subtotalHT: try reader.decimalCents("subtotalHT"), totalHT: try reader.decimalCents("totalHT"),
      totalDiscount: try reader.decimalCents("totalDiscount"), totalVAT: try reader.decimalCents("totalVAT"),
      totalTTC: try reader.decimalCents("totalTTC"), codes: code.map { [$0] } ?? [])
  }

  @Test func `the six worked baskets come out to the cent`() throws {
    let all = try baskets()
    #expect(all.count == 6)
    for basket in all {
      let totals = try Pricing.totals(lines: basket.lines, codes: basket.codes, shipping: basket.shipping, at: 0)
      #expect(totals == basket.expected, "\(basket.name)")
    }
  }
}
