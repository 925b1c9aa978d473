import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct StartCheckoutTests {
  @Test func `checkout freezes the basket with fresh prices and claims what gives something`() async throws {
    let scenario = try await Scenario().given(Sales.add(Sales.product(price: 1_000), 2))
      .given(AddPromoCode(code: "TEN", definition: Sales.definition())).given(Sales.apply("TEN"))
    let result = try await scenario.when(Sales.start([Sales.product(price: 2_000)]))
    #expect(result.answer?.orderID == Sales.order)
    #expect(result.answer?.totalTTC == Cents(4_320))
    try result.thenClaim("order-number:ORD-20260101-2000", by: Order.stream(Sales.order))
    let state = try await scenario.state(of: Basket.self, Sales.basket)
    #expect(state.phase == .checkingOut(Sales.order))
    let checkout = try #require(state.checkout)
    #expect(checkout.codes == [CheckoutCode(promoCodeID: PromoCodeID(1), code: "TEN", amount: Cents(400))])
    #expect(checkout.lines.map(\.unitPriceTTC) == [Cents(2_400)])
    #expect(checkout.lines.map(\.orderItemID) == [OrderItemID(3_000)])
    #expect(checkout.personal?.paymentToken == "sandbox_ok")
    #expect(checkout.copiesPosition == 5)
    #expect(try await scenario.state(of: PromoCode.self, "TEN").use(of: Sales.order) == .claimed(Sales.user))
  }

  @Test func `a line keeps what its product said of withdrawals when it was ordered`() async throws {
    var facts = Sales.product()
    facts.withdrawalExclusion = .perishable
    let cake = facts
    let scenario = try await Scenario().given(Sales.add(Sales.product())).given(Sales.start([cake]))
    let checkout = try #require(try await scenario.state(of: Basket.self, Sales.basket).checkout)
    #expect(checkout.lines.map(\.withdrawalExclusion) == [.perishable])
    let placed = try await scenario.when(PlaceOrder(basketID: Sales.basket, attempt: 1))
    guard case .orderPlaced(let order)? = try placed.recorded.first.map({ try OrderEvent.decoder.decode($0, keys: [:]) }) else {
      Issue.record("no order was placed")
      return
    }
    #expect(order.lines.map(\.withdrawalExclusion) == [.perishable])
  }

  @Test func `a second checkout of a frozen basket answers the first one's order`() async throws {
    let scenario = try await Scenario().given(Sales.add(Sales.product())).given(Sales.start([Sales.product()]))
    let again = try await scenario.when(Sales.start([Sales.product()], order: OrderID(2_001)))
    try again.thenNothing()
    #expect(again.answer?.orderID == Sales.order)
    try await scenario.when(Sales.add(Sales.product())).thenRejected(BasketRejection.frozen(Sales.order))
  }

  @Test func `released together, many checkouts of one basket make one order`() async throws {
    let scenario = try await Scenario().given(Sales.add(Sales.product()))
    let orders = try await withThrowingTaskGroup(of: OrderID?.self) { group in
      for number in 0..<20 {
        group.addTask {
          try await scenario.executor.execute(Sales.start([Sales.product()], order: OrderID(2_000 + Int64(number)))).answer?.orderID
        }
      }
      return try await group.reduce(into: Set<OrderID?>()) { $0.insert($1) }
    }
    #expect(orders.count == 1)
  }

  @Test func `each thing that stands in the way has its own refusal`() async throws {
    let scenario = try await Scenario().given(Sales.add(Sales.product(), 2))
    let product = Sales.product()
    try await scenario.when(Sales.start([])).thenRejected(BasketRejection.productUnavailable(ProductID(7)))
    try await scenario.when(Sales.start([Sales.product(isDeleted: true)]))
      .thenRejected(BasketRejection.productUnavailable(ProductID(7)))
    try await scenario.when(Sales.start([Sales.product(stock: 1)]))
      .thenRejected(BasketRejection.insufficientStock(ProductID(7), requested: 2, available: 1))
    try await scenario.when(Sales.start([product]) { $0.ownAddressIDs = [] })
      .thenRejected(BasketRejection.addressNotFound(field: "billing_address_id", AddressID(1)))
    try await scenario.when(Sales.start([product]) { $0.shippingAddressID = AddressID(2) })
      .thenRejected(BasketRejection.addressNotFound(field: "shipping_address_id", AddressID(2)))
    try await scenario.when(Sales.start([product]) { $0.paymentToken = nil })
      .thenRejected(BasketRejection.invalid(field: "payment_token", reason: "is needed to pay by card"))
    try await scenario.when(Sales.start([product]) { $0.notes = String(repeating: "x", count: 1_001) })
      .thenRejected(BasketRejection.invalid(field: "notes", reason: "has at most 1000 characters"))
    _ = try await scenario.given(ClearBasket(basketID: Sales.basket, userID: Sales.user))
    try await scenario.when(Sales.start([product])).thenRejected(BasketRejection.empty)
  }

  @Test func `a code that can no longer be used stops the checkout, and nothing is claimed`() async throws {
    let scenario = try await Scenario().given(Sales.add(Sales.product()))
      .given(AddPromoCode(code: "OLD", definition: Sales.definition { $0.validUntil = InMemoryEventLog.defaultStart + .seconds(60) }))
      .given(Sales.apply("OLD")).later(by: .seconds(60))
    try await scenario.when(Sales.start([Sales.product()])).thenRejected(BasketRejection.codeNotUsable(code: "OLD", .expired))
    _ = try await scenario.given(DeletePromoCode(code: "OLD"))
    try await scenario.when(Sales.start([Sales.product()])).thenRejected(BasketRejection.codeUnknown(code: "OLD"))
  }

  @Test func `a code that gives nothing is not used up`() async throws {
    let scenario = try await Scenario().given(Sales.add(Sales.product()))
      .given(AddPromoCode(code: "OTHERS", definition: Sales.definition { $0.productIDs = [ProductID(99)] }))
      .given(Sales.apply("OTHERS")).given(Sales.start([Sales.product()]))
    #expect(try await scenario.state(of: PromoCode.self, "OTHERS").usage == 0)
    #expect(try await scenario.state(of: Basket.self, Sales.basket).checkout?.codes.isEmpty == true)
  }

  @Test func `a code for categories takes off what the products' categories say`() async throws {
    let scenario = try await Scenario().given(Sales.add(Sales.product(7), item: 1)).given(Sales.add(Sales.product(8), item: 2))
      .given(AddPromoCode(code: "FRUIT", definition: Sales.definition { $0.categoryIDs = [3] })).given(Sales.apply("FRUIT"))
    var fruit = Sales.product(8)
    fruit.categoryIDs = [3]
    _ = try await scenario.given(Sales.start([Sales.product(7), fruit]))
    let lines = try #require(try await scenario.state(of: Basket.self, Sales.basket).checkout).lines
    #expect(lines.map(\.discount) == [Cents(0), Cents(100)])
  }

  @Test func `placing the order gives the user's claim back, and again changes nothing`() async throws {
    let scenario = try await Scenario().given(Sales.add(Sales.product())).given(Sales.start([Sales.product()]))
    let place = PlaceOrder(basketID: Sales.basket, attempt: 1)
    let result = try await scenario.when(place, id: place.commandID)
    try result.thenClaim("open-basket:1", by: nil)
      .thenTimer("checkout-stock-2000", at: InMemoryEventLog.defaultStart + .seconds(5))
    #expect(result.answer?.status == .pending)
    #expect(try await scenario.when(place, id: place.commandID).isDuplicate)
    let state = try await scenario.state(of: Order.self, Sales.order)
    #expect(state.totalTTC == Cents(1_200))
    #expect(state.paymentToken == "sandbox_ok")
  }
}
