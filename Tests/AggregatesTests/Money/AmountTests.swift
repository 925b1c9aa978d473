import Aggregates
import JSON
import Testing

@Suite struct AmountTests {
  @Test(
    arguments: [
      ("0.00", 0), ("0.05", 5), ("12.50", 1250), ("-0.05", -5), ("-12.50", -1250), ("1234567.89", 123_456_789),
      ("92233720368547758.07", Int64.max), ("-92233720368547758.08", Int64.min),
    ] as [(String, Int64)])
  func `an amount has exactly one decimal form`(_ text: String, _ cents: Int64) throws {
    #expect(try Cents(decimal: text) == Cents(cents))
    #expect(Cents(cents).description == text)
  }

  @Test(arguments: [
    "", "-", "1", "12", "12.", "12.5", "12.500", ".50", "-.50", "+1.00", "01.00", "00.00", "-0.00", "1,00", "1 000.00", " 1.00", "1.00 ",
    "1e2.00",
    "--1.00", "1.-5", "1.0x", "1..0", "١.٠٠", "12:50", "1234", "aaaaaaaaaaaaaaaaaaaaaaaaa", "NaN", "1.00.00",
  ])
  func `any other form is refused`(_ text: String) {
    #expect(throws: MoneyError.malformedAmount) { try Cents(decimal: text) }
  }

  @Test func `amounts beyond 64 bits overflow`() throws {
    for text in ["92233720368547758.08", "-92233720368547758.09", "99999999999999999999999999.00"] {
      #expect(throws: MoneyError.overflow) { try Cents(decimal: text) }
    }
    let (largest, smallest) = (Cents(Int64.max), Cents(Int64.min))
    #expect(throws: MoneyError.overflow) { try largest.adding(Cents(1)) }
    #expect(throws: MoneyError.overflow) { try smallest.subtracting(Cents(1)) }
    #expect(throws: MoneyError.overflow) { try largest.multiplied(by: 2) }
    #expect(throws: MoneyError.overflow) { try smallest.multiplied(by: -1) }
    #expect(throws: MoneyError.overflow) { try Cents.sum([largest, largest]) }
    #expect(throws: MoneyError.overflow) { try largest.scaled(by: 2, over: 1) }
    #expect(try Cents.sum([largest, largest, smallest]) == Cents(Int64.max - 1))
    #expect(try largest.scaled(by: Int64.max, over: Int64.max) == largest)
  }

  @Test(
    arguments: [
      (1, 1, 2, 1), (-1, 1, 2, -1), (1, 1, 3, 0), (2, 1, 3, 1), (5, 1, 10, 1), (4, 1, 10, 0), (-5, 1, 10, -1), (-4, 1, 10, 0),
      (15, 1, 10, 2), (25, 1, 10, 3),
    ] as [(Int64, Int64, Int64, Int64)])
  func `a half goes away from zero`(_ amount: Int64, _ numerator: Int64, _ denominator: Int64, _ result: Int64) throws {
    #expect(try Cents(amount).scaled(by: numerator, over: denominator) == Cents(result))
  }

  @Test(
    arguments: [
      ("20", 20_000, "20"), ("20.0", 20_000, "20"), ("20.00", 20_000, "20"), ("20.0000", 20_000, "20"), ("5.5", 5_500, "5.5"),
      ("2.1", 2_100, "2.1"), ("0", 0, "0"), ("0.001", 1, "0.001"), ("100", 100_000, "100"),
    ] as [(String, Int64, String)])
  func `rates are thousandths of a percent`(_ text: String, _ raw: Int64, _ shortest: String) throws {
    #expect(try VATRate(decimal: text).rawValue == raw)
    #expect(VATRate(rawValue: raw).description == shortest)
  }

  @Test(arguments: ["", ".", "20.", ".5", "-1", "+5", "100.001", "5.0001", "20%", "2 0", "1e1", "5,5", "5.5.5", "999999999999999999999"])
  func `other rates are refused`(_ text: String) {
    #expect(throws: MoneyError.malformedRate) { try VATRate(decimal: text) }
  }

  @Test func `percentages have four decimals at most and lie in 0 to 100`() throws {
    #expect(try Percentage(decimal: "33.3333").rawValue == 333_333)
    #expect(try Percentage(decimal: "10.00").description == "10")
    #expect(Percentage(rawValue: 75_000)?.description == "7.5")
    for text in ["100.0001", "33.33333", "-1", "", "x"] {
      #expect(throws: MoneyError.malformedPercentage) { try Percentage(decimal: text) }
    }
    for raw: Int64 in [-1, 100_001, .min, .max] {
      #expect(throws: MoneyError.malformedRate) { try VATRate(rawValue: raw).vat(on: Cents(1)) }
      #expect(throws: MoneyError.malformedRate) { try PriceWithTax(ttc: Cents(1), vatRate: VATRate(rawValue: raw)) }
      let line = PricedLine(product: 1, unitPriceHT: Cents(1), quantity: 1, vatRate: VATRate(rawValue: raw))
      #expect(throws: MoneyError.malformedRate) { try Pricing.totals(lines: [line], at: 0) }
    }
    #expect(Percentage(rawValue: -1) == nil && Percentage(rawValue: 1_000_001) == nil)
  }

  @Test func `events hold integer cents and interfaces decimal strings`() throws {
    let written = JSONWriter.object { writer in
      writer.field("a", Cents(1250))
      writer.field("b", Cents?.none)
      writer.decimalCents("c", Cents(-5))
      writer.decimalCents("d", Cents?.none)
    }
    #expect(String(decoding: written, as: UTF8.self) == #"{"a":1250,"b":null,"c":"-0.05","d":null}"#)
    try JSONObjectReader.parse(written) { (reader: inout JSONObjectReader) throws in
      #expect(try reader.cents("a") == Cents(1250))
      #expect(try reader.optionalCents("b") == nil)
      #expect(try reader.decimalCents("c") == Cents(-5))
      #expect(try reader.optionalDecimalCents("d") == nil)
    }
    #expect(throws: JSONError.self) { try JSONObjectReader.parse(written) { try $0.decimalCents("a") } }
    #expect(throws: JSONError.self) { try JSONObjectReader.parse(written) { try $0.cents("c") } }
  }
}
