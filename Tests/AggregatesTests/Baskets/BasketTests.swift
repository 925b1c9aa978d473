import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct BasketTests {
  @Test func `the first product opens the basket, in one append`() async throws {
    let result = try await Scenario().when(Sales.add(Sales.product(), 2))
    try await result
      .then(
        .basketOpened(BasketOpened(basketID: Sales.basket, userID: Sales.user, websiteID: nil)),
        .basketItemAdded(
          BasketItemAdded(
            basketID: Sales.basket, userID: Sales.user, itemID: BasketItemID(1), productID: ProductID(7), quantity: 2, added: 2,
            priceHT: Cents(1_000), subtotal: Cents(2_000), amount: Cents(2_000))), on: Basket.self, Sales.basket
      )
      .andNothingElse()
      .thenClaim("open-basket:1", by: Basket.stream(Sales.basket))
  }

  @Test func `the same product adds up on its line, at the newest price`() async throws {
    let scenario = try await Scenario().given(Sales.add(Sales.product(), 2))
    let result = try await scenario.when(Sales.add(Sales.product(price: 900), 3, item: 2))
    #expect(result.answer?.rowID == 1)
    let state = try await scenario.state(of: Basket.self, Sales.basket)
    #expect(state.lines == [BasketLine(itemID: BasketItemID(1), productID: ProductID(7), quantity: 5, priceHT: Cents(900))])
    #expect(state.amount == Cents(4_500))
  }

  @Test(arguments: [0, -1, 1_000_001, Int64.max]) func `a quantity out of range is refused`(quantity: Int64) async throws {
    try await Scenario().when(Sales.add(Sales.product(stock: .max), quantity))
      .thenRejected(BasketRejection.quantityOutOfRange(maximum: 1_000_000))
  }

  @Test func `quantities that add up beyond the range are refused`() async throws {
    try await Scenario().given(Sales.add(Sales.product(price: 1, stock: .max), 1_000_000))
      .when(Sales.add(Sales.product(price: 1, stock: .max), 1_000_000))
      .thenRejected(BasketRejection.quantityOutOfRange(maximum: 1_000_000))
  }

  @Test func `what the copies do not know, or know as deleted, is not sold`() async throws {
    var add = Sales.add(Sales.product())
    add.product = nil
    try await Scenario().when(add).thenRejected(BasketRejection.productUnavailable(ProductID(7)))
    try await Scenario().when(Sales.add(Sales.product(isDeleted: true))).thenRejected(BasketRejection.productUnavailable(ProductID(7)))
  }

  @Test func `a price beyond the column is refused, with tax as well as without`() async throws {
    try await Scenario().when(Sales.add(Sales.product(price: 100_000_000))).thenRejected(BasketRejection.priceTooHigh(ProductID(7)))
    try await Scenario().when(Sales.add(Sales.product(price: 99_999_999))).thenRejected(BasketRejection.priceTooHigh(ProductID(7)))
    try await Scenario().when(Sales.add(Sales.product(price: 99_999_999, rate: 0))).andNothingElseThan(Basket.self, Sales.basket)
  }

  @Test func `a sum beyond the column is refused`() async throws {
    try await Scenario().when(Sales.add(Sales.product(price: 9_999_999, stock: .max, rate: 0), 1_000_000))
      .thenRejected(BasketRejection.amountTooLarge)
  }

  @Test func `more than the copies show as free is refused`() async throws {
    try await Scenario().given(Sales.add(Sales.product(stock: 5), 3)).when(Sales.add(Sales.product(stock: 5), 3))
      .thenRejected(BasketRejection.insufficientStock(ProductID(7), requested: 6, available: 5))
  }

  @Test func `another user's basket does not exist`() async throws {
    let scenario = try await Scenario().given(Sales.add(Sales.product()))
    let stranger = UserID(2)
    try await scenario.when(ClearBasket(basketID: Sales.basket, userID: stranger)).thenRejected(BasketRejection.notFound)
    try await scenario.when(RemoveBasketItem(basketID: Sales.basket, userID: stranger, itemID: BasketItemID(1)))
      .thenRejected(BasketRejection.notFound)
    try await scenario.when(Sales.start([Sales.product()], user: stranger)).thenRejected(BasketRejection.notFound)
  }

  @Test func `several codes give the worked example`() async throws {
    let scenario = try await Scenario()
      .given(Sales.add(Sales.product(7, price: 5_000), 2, item: 1)).given(Sales.add(Sales.product(8, price: 3_000), 1, item: 2))
      .given(Sales.add(Sales.product(9, price: 1_500), 3, item: 3))
      .given(AddPromoCode(code: "ten", definition: Sales.definition(1))).given(
        AddPromoCode(code: "FIFTEEN", definition: Sales.definition(2, .fixed, 1_500))
      )
      .given(Sales.apply("TEN", link: 1)).given(Sales.apply(" fifteen ", link: 2))
    let state = try await scenario.state(of: Basket.self, Sales.basket)
    #expect(state.subtotal == Cents(17_500))
    #expect(state.amount == Cents(14_250))
    try await scenario.when(Sales.apply("Ten", link: 3)).thenRejected(BasketRejection.codeAlreadyApplied(code: "TEN"))
    let result = try await scenario.when(TakeOffPromoCode(basketID: Sales.basket, userID: Sales.user, linkID: LinkID(1)))
    #expect(result.answer?.amount == Cents(16_000))
  }

  @Test func `a code that does not stand beside others is refused beside others, in either order`() async throws {
    let scenario = try await Scenario().given(Sales.add(Sales.product()))
      .given(AddPromoCode(code: "ALONE", definition: Sales.definition(1) { $0.combinable = false }))
      .given(AddPromoCode(code: "FRIEND", definition: Sales.definition(2)))
    let first = try await scenario.given(Sales.apply("ALONE"))
    try await first.when(Sales.apply("FRIEND", link: 2)).thenRejected(BasketRejection.codeNotCombinable(code: "FRIEND"))
    let other = try await scenario.given(TakeOffPromoCode(basketID: Sales.basket, userID: Sales.user, linkID: LinkID(1)))
      .given(Sales.apply("FRIEND", link: 3))
    try await other.when(Sales.apply("ALONE", link: 4)).thenRejected(BasketRejection.codeNotCombinable(code: "ALONE"))
  }

  @Test func `clearing empties lines and codes, and again changes nothing`() async throws {
    let scenario = try await Scenario().given(Sales.add(Sales.product()))
      .given(AddPromoCode(code: "TEN", definition: Sales.definition())).given(Sales.apply("TEN"))
    let clear = ClearBasket(basketID: Sales.basket, userID: Sales.user)
    try await scenario.when(clear)
      .then(.basketCleared(BasketCleared(basketID: Sales.basket, userID: Sales.user)), on: Basket.self, Sales.basket)
      .and.when(clear).thenNothing()
  }

  @Test func `a deleted basket gives its claim back and takes nothing`() async throws {
    let scenario = try await Scenario().given(Sales.add(Sales.product()))
    try await scenario.when(DeleteBasket(basketID: Sales.basket)).thenClaim("open-basket:1", by: nil)
    try await scenario.when(Sales.add(Sales.product())).thenRejected(BasketRejection.notFound)
  }
}

extension ScenarioResult {
  /// The command was accepted and wrote on this stream alone.
  func andNothingElseThan<A: Aggregate>(_ aggregate: A.Type, _ id: some CustomStringConvertible) {
    #expect(rejection == nil)
    #expect(recorded.allSatisfy { $0.stream == A.stream(id) })
    #expect(!recorded.isEmpty)
  }
}
