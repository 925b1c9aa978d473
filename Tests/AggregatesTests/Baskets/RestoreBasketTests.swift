import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct RestoreBasketTests {
  private static let newer = BasketID(1_001)

  /// A scenario in which the order of `Sales.basket` was placed, so that the buyer can open another basket.
  private func placed(_ fill: (Scenario) async throws -> Scenario, _ products: [ProductFacts]) async throws -> Scenario {
    let place = PlaceOrder(basketID: Sales.basket, attempt: 1)
    return try await fill(Scenario()).given(Sales.start(products)).given(place)
  }

  private func restore(into: BasketID?) -> RestoreBasket {
    RestoreBasket(basketID: Sales.basket, orderID: Sales.order, reason: .paymentFailed, into: into)
  }

  private func merged(_ leftOut: LeftOut = LeftOut()) -> BasketEvent {
    .basketMerged(
      BasketMerged(
        basketID: Sales.basket, userID: Sales.user, orderID: Sales.order, reason: .paymentFailed, intoBasketID: Self.newer,
        leftOut: leftOut))
  }

  @Test func `without a newer basket the same one opens again, with everything`() async throws {
    let scenario = try await placed({ try await $0.given(Sales.add(Sales.product(), 2)) }, [Sales.product()])
    try await scenario.when(restore(into: nil)).thenClaim("open-basket:1", by: Basket.stream(Sales.basket))
    let state = try await scenario.state(of: Basket.self, Sales.basket)
    #expect(state.phase == .open)
    #expect(state.attempt == 2)
    #expect(state.lines.map(\.quantity) == [2])
  }

  @Test func `lines and codes that fit go into the newer basket, and nothing is left out`() async throws {
    let scenario = try await placed(
      {
        try await $0.given(Sales.add(Sales.product(7), 2, item: 1)).given(Sales.add(Sales.product(8), 1, item: 2))
          .given(AddPromoCode(code: "TEN", definition: Sales.definition())).given(Sales.apply("TEN"))
      }, [Sales.product(7), Sales.product(8)]
    )
    .given(Sales.add(Sales.product(7), 3, item: 3, basket: Self.newer))
    try await scenario.when(restore(into: Self.newer)).then(merged(), on: Basket.self, Sales.basket)
    let state = try await scenario.state(of: Basket.self, Self.newer)
    #expect(state.lines.map(\.quantity) == [5, 1])
    #expect(state.codes.map(\.link.code) == ["TEN"])
    #expect(state.amount == Cents(5_400))
    try await scenario.when(restore(into: Self.newer)).thenNothing()
  }

  @Test func `what a line cannot hold any more is named with its number`() async throws {
    let product = Sales.product(price: 1, stock: .max)
    let scenario = try await placed({ try await $0.given(Sales.add(product, 10)) }, [product])
      .given(Sales.add(product, 999_996, item: 2, basket: Self.newer))
    let leftOut = LeftOut(lines: [LeftOut.Line(productID: ProductID(7), quantity: 6, reason: .quantityLimit)])
    try await scenario.when(restore(into: Self.newer)).then(merged(leftOut), on: Basket.self, Sales.basket)
    #expect(try await scenario.state(of: Basket.self, Self.newer).lines.map(\.quantity) == [1_000_000])
  }

  @Test func `lines beyond their number, and sums beyond the column, are named`() async throws {
    let dear = Sales.product(500, price: 99_999_999, stock: .max, rate: 0)
    var scenario = try await placed(
      { try await $0.given(Sales.add(Sales.product(7), 2, item: 1)).given(Sales.add(dear, 60, item: 2)) }, [Sales.product(7), dear])
    scenario = try await scenario.given(Sales.add(dear, 60, item: 3, basket: Self.newer))
    for product in Int64(1_001)...1_199 {
      scenario = try await scenario.given(Sales.add(Sales.product(product, price: 1), item: product, basket: Self.newer))
    }
    let leftOut = LeftOut(lines: [
      LeftOut.Line(productID: ProductID(7), quantity: 2, reason: .lineLimit),
      LeftOut.Line(productID: ProductID(500), quantity: 60, reason: .amountLimit),
    ])
    try await scenario.when(restore(into: Self.newer)).then(merged(leftOut), on: Basket.self, Sales.basket).andNothingElse()
  }

  @Test func `codes that do not stand beside the newer basket's, or are too many, are named; one that is there already is not`()
    async throws
  {
    var scenario = try await placed(
      {
        try await $0.given(Sales.add(Sales.product()))
          .given(AddPromoCode(code: "ALONE", definition: Sales.definition(1) { $0.combinable = false })).given(Sales.apply("ALONE"))
      }, [Sales.product()]
    )
    .given(Sales.add(Sales.product(8), item: 2, basket: Self.newer))
    .given(AddPromoCode(code: "FRIEND", definition: Sales.definition(2))).given(Sales.apply("FRIEND", link: 2, basket: Self.newer))
    let alone = LeftOut.Code(promoCodeID: PromoCodeID(1), code: "ALONE", reason: .notCombinable)
    try await scenario.when(restore(into: Self.newer)).then(merged(LeftOut(codes: [alone])), on: Basket.self, Sales.basket)

    scenario = try await placed(
      {
        var scenario = try await $0.given(Sales.add(Sales.product()))
        for code in Int64(0)...10 {
          scenario = try await scenario.given(AddPromoCode(code: "C\(code)", definition: Sales.definition(code, .fixed, 1)))
        }
        return try await scenario.given(Sales.apply("C0", link: 1)).given(Sales.apply("C1", link: 2))
      }, [Sales.product()]
    )
    .given(Sales.add(Sales.product(8), item: 2, basket: Self.newer))
    for code in Int64(1)...10 {
      scenario = try await scenario.given(Sales.apply("C\(code)", link: 10 + code, basket: Self.newer))
    }
    let eleventh = LeftOut.Code(promoCodeID: PromoCodeID(0), code: "C0", reason: .codeLimit)
    try await scenario.when(restore(into: Self.newer)).then(merged(LeftOut(codes: [eleventh])), on: Basket.self, Sales.basket)
  }

  @Test func `what was left out is stored and read again`() throws {
    let event = BasketMerged(
      basketID: Sales.basket, userID: Sales.user, orderID: Sales.order, reason: .inventoryFailed, intoBasketID: Self.newer,
      leftOut: LeftOut(
        lines: LeftOut.Reason.allCases.map { LeftOut.Line(productID: ProductID(7), quantity: 6, reason: $0) },
        codes: LeftOut.Reason.allCases.map { LeftOut.Code(promoCodeID: PromoCodeID(1), code: "TEN", reason: $0) }))
    #expect(try BasketMerged(jsonBytes: event.jsonBytes) == event)
  }
}
