import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct PaymentTests {
  static let requested = PaymentRequested(
    paymentID: PaymentID(1), orderID: Sales.order, attempt: 1, userID: Sales.user, amount: Cents(1_200), currency: "EUR", method: .card,
    provider: "sandbox", personal: nil)

  func run(_ commands: [PaymentCommand]) throws -> Payment.State {
    var state = Payment.initialState
    for command in commands { for event in try Payment.decide(command, state) { Payment.evolve(&state, event) } }
    return state
  }

  @Test func `a capture that is heard of before its authorisation still counts`() throws {
    let capture = PaymentCommand.capture(Cents(1_200), providerID: "p")
    let authorise = PaymentCommand.authorise(providerID: "p", expiresAt: nil)
    for order in [[capture, authorise], [authorise, capture]] {
      #expect(try run([.request(Self.requested)] + order).status == .captured)
    }
    #expect(throws: PaymentRejection.wrongState(current: .captured)) {
      try run([.request(Self.requested), capture, .fail(reason: "late")])
    }
  }

  @Test func `refunds never exceed what was captured, those under way included`() throws {
    let captured = try run([
      .request(Self.requested), .capture(Cents(1_200), providerID: "p"), .requestRefund(RefundID(1), Cents(700), reason: ""),
    ])
    #expect(throws: PaymentRejection.refundTooLarge(refundable: Cents(500))) {
      try Payment.decide(.requestRefund(RefundID(2), Cents(501), reason: ""), captured)
    }
    #expect(try Payment.decide(.requestRefund(RefundID(1), Cents(700), reason: ""), captured).isEmpty)
  }

  @Test func `nothing is told of a payment that nobody asked for`() throws {
    #expect(throws: PaymentRejection.notFound) { try run([.authorise(providerID: "p", expiresAt: nil)]) }
  }
}

@Suite struct ImportOrderTests {
  private func command(change: (inout ImportOrder) -> Void = { _ in }) throws -> ImportOrder {
    let lines = [
      try ImportedOrderLine(
        orderItemID: OrderItemID(1), productID: ProductID(1), productName: "Milk", productRef: "1", quantity: 3, totalHT: Cents(1_000),
        discount: Cents(100), couponAmount: Cents(50)),
      try ImportedOrderLine(
        orderItemID: OrderItemID(2), productID: ProductID(2), productName: "Deposit", productRef: "2", quantity: 0, totalHT: Cents(25),
        discount: Cents(0), couponAmount: Cents(0)),
    ]
    var order = ImportOrder(
      orderID: .imported(5), orderNumber: "ORD-20170101-0001", userID: .imported(1), reference: "5", billingAddressID: .imported(1),
      lines: lines, totalDiscount: Cents(100), totalHT: Cents(925), totalTTC: Cents(925), couponAmount: Cents(50),
      occurredAt: Timestamp(rfc3339: "2017-01-01T11:53:26Z")!)
    change(&order)
    return order
  }

  @Test func `an order is imported once, delivered, when it happened, with its number`() async throws {
    let id = ImportOrder.commandID(source: "complete-journey", reference: "5")
    let scenario = Scenario()
    let result = try await scenario.when(command(), id: id)
    try result.thenClaim("order-number:ORD-20170101-0001", by: Order.stream(OrderID.imported(5)))
    #expect(result.recorded.map(\.type) == ["OrderImported"])
    #expect(result.recorded.first?.occurredAt == Timestamp(rfc3339: "2017-01-01T11:53:26Z"))
    #expect(try await scenario.when(command(), id: id).isDuplicate)
    let state = try await scenario.state(of: Order.self, OrderID.imported(5))
    #expect(state.status == .delivered)
    #expect(scenario.log.timers.isEmpty)
  }

  @Test func `a unit price is the total divided by the quantity, and a line without units is none of goods`() throws {
    let lines = try command().lines
    #expect(lines.map(\.unitPriceHT) == [Cents(333), Cents(25)])
    #expect(lines.map(\.merchandise) == [true, false])
  }

  @Test func `sums that differ are refused`() async throws {
    try await Scenario().when(command { $0.totalHT = Cents(924) })
      .thenRejected(OrderRejection.sumsDiffer(field: "total_ht", given: Cents(924), computed: Cents(925)))
    try await Scenario().when(command { $0.couponAmount = Cents(0) })
      .thenRejected(OrderRejection.sumsDiffer(field: "coupon_amount", given: Cents(0), computed: Cents(50)))
  }

  @Test func `a number that another order holds is refused`() async throws {
    let scenario = try await Scenario().given(command())
    await #expect(throws: CommandError.self) { try await scenario.when(command { $0.orderID = .imported(6) }) }
  }
}
