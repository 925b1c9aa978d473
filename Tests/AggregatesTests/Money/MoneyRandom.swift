import Aggregates
import Glibc

/// SplitMix64 with makers of random baskets: the same seed gives the same baskets on every machine.
struct MoneyRandom: RandomNumberGenerator {
  var state: UInt64

  /// A seed of this run: `COMPTOIR_TEST_SEED` where it is set, else a new one. It goes into every failure's message.
  static func seed() -> UInt64 {
    if let text = getenv("COMPTOIR_TEST_SEED"), let seed = UInt64(String(cString: text)) { return seed }
    return UInt64.random(in: 0...UInt64.max)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func lines(_ count: ClosedRange<Int> = 1...8) -> [PricedLine] {
    (0..<Int.random(in: count, using: &self)).map { index in
      PricedLine(
        product: Int64(index + 1), unitPriceHT: Cents(Int64.random(in: 0...20_000, using: &self)),
        quantity: Int64.random(in: 1...6, using: &self), vatRate: VATRate.french.randomElement(using: &self)!)
    }
  }

  mutating func shipping() -> Shipping? {
    guard Bool.random(using: &self) else { return nil }
    return Shipping(
      priceHT: Cents(Int64.random(in: 0...1_500, using: &self)), vatRate: VATRate.french.randomElement(using: &self)!)
  }

  mutating func kind() -> PromoCodeTerms.Kind {
    switch Int.random(in: 0...4, using: &self) {
    case 0, 1: .percentage(Percentage(rawValue: Int64.random(in: 0...1_000_000, using: &self))!)
    case 2, 3: .fixed(Cents(Int64.random(in: 0...30_000, using: &self)))
    default: .freeShipping(upTo: Bool.random(using: &self) ? nil : Cents(Int64.random(in: 0...1_000, using: &self)))
    }
  }

  mutating func codes(_ count: ClosedRange<Int> = 0...4, coverAll: Bool = false) -> [PromoCodeTerms] {
    (0..<Int.random(in: count, using: &self)).map { index in
      var code = PromoCodeTerms(code: "CODE\(index)", kind: kind())
      if Int.random(in: 0...3, using: &self) == 0 { code.maximumDiscount = Cents(Int64.random(in: 0...5_000, using: &self)) }
      if Int.random(in: 0...3, using: &self) == 0 { code.minimum = Cents(Int64.random(in: 0...60_000, using: &self)) }
      if !coverAll, Bool.random(using: &self) {
        code.coveredProducts = Set((1...8).filter { _ in Bool.random(using: &self) })
      }
      return code
    }
  }
}

/// Amounts of a test read better as text.
func euros(_ text: String) -> Cents {
  try! Cents(decimal: text)
}

func rate(_ text: String) -> VATRate {
  try! VATRate(decimal: text)
}

func percent(_ text: String) -> Percentage {
  try! Percentage(decimal: text)
}
