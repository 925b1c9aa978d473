import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

/// The table of the page on state machines, and every pair that is not in it.
@Suite struct OrderMachineTests {
  /// What a pair of state and command must give.
  enum Expected: Equatable {
    /// The status afterwards.
    case to(OrderStatusName)
    /// It had had its effect: success, and nothing written.
    case same
    case wrongState
    case notFound
  }

  /// The states that the table speaks of; pending stands with and without stock.
  enum Place: String, CaseIterable, Sendable {
    case none, pending, reserved, confirmed, processing, shipped, delivered, cancelled, refunded, returned
  }

  static let line = CheckoutLine(
    itemID: BasketItemID(1), orderItemID: OrderItemID(1), productID: ProductID(7), productName: "P", productRef: "P7", quantity: 2,
    unitPriceHT: Cents(500), unitPriceTTC: Cents(600), vatRate: VATRate(rawValue: 20_000), totalHT: Cents(1_000), discount: Cents(0),
    vat: Cents(200), totalTTC: Cents(1_200))

  static let checkout = CheckoutStarted(
    basketID: Sales.basket, userID: Sales.user, attempt: 1, orderID: Sales.order, orderNumber: "ORD-1", websiteID: nil,
    billingAddressID: AddressID(1), shippingAddressID: nil, paymentMethod: .card, lines: [line], codes: [],
    totals: CheckoutTotals(
      subtotalHT: Cents(1_000), totalDiscount: Cents(0), totalHT: Cents(1_000), totalVAT: Cents(200), totalTTC: Cents(1_200)),
    copiesPosition: 0, personal: nil)

  /// The commands that lead to a state.
  static func history(_ place: Place) -> [OrderCommand] {
    let pay = OrderCommand.recordPayment(Cents(1_200), transactionID: "t")
    return switch place {
    case .none: []
    case .pending: [.place(checkout)]
    case .reserved: history(.pending) + [.confirmStock]
    case .confirmed: history(.reserved) + [.confirm]
    case .processing: history(.confirmed) + [pay, .startProcessing(by: nil)]
    case .shipped: history(.processing) + [.ship(by: nil)]
    case .delivered: history(.shipped) + [.deliver(by: nil)]
    case .cancelled: history(.confirmed) + [pay, .cancel(.customer(Sales.user), comment: nil)]
    case .refunded: history(.cancelled) + [.recordRefund(RefundID(9), [], Cents(1_200))]
    case .returned: history(.delivered) + [.recordReturn([StockItem(productID: ProductID(7), quantity: 2)])]
    }
  }

  static func state(_ place: Place) throws -> Order.State {
    var state = Order.initialState
    for command in history(place) { for event in try Order.decide(command, state) { Order.evolve(&state, event) } }
    return state
  }

  static let commands: [OrderAction: OrderCommand] = [
    .place: .place(checkout), .confirmStock: .confirmStock, .rejectStock: .rejectStock, .rejectPayment: .rejectPayment,
    .confirm: .confirm, .recordPayment: .recordPayment(Cents(1_200), transactionID: "t"), .failCapture: .failCapture, .expire: .expire,
    .cancelByCustomer: .cancel(.customer(Sales.user), comment: nil),
    .cancelByAdministrator: .cancel(.administrator(nil, returnOpen: true), comment: "broken"),
    .startProcessing: .startProcessing(by: nil), .ship: .ship(by: nil), .deliver: .deliver(by: nil),
    .recordRefund: .recordRefund(RefundID(1), [], Cents(100)),
    .recordReturn: .recordReturn([StockItem(productID: ProductID(7), quantity: 1)]),
  ]

  /// One row a command: what changes, what repeats. All other pairs are refused.
  static let table: [OrderAction: [Place: Expected]] = [
    .place: Dictionary(uniqueKeysWithValues: Place.allCases.map { ($0, $0 == .none ? .to(.pending) : .same) }),
    .confirmStock: [.pending: .to(.pending), .reserved: .same],
    .rejectStock: [.pending: .to(.cancelled), .confirmed: .to(.cancelled)],
    .rejectPayment: [.pending: .to(.cancelled), .reserved: .to(.cancelled)],
    .confirm: [.reserved: .to(.confirmed), .confirmed: .same],
    .recordPayment: [
      .confirmed: .to(.confirmed), .processing: .same, .shipped: .same, .delivered: .same, .refunded: .same, .returned: .same,
    ],
    .failCapture: [.confirmed: .to(.cancelled)],
    .expire: [.pending: .to(.cancelled), .reserved: .to(.cancelled)],
    .cancelByCustomer: [.pending: .to(.cancelled), .reserved: .to(.cancelled), .confirmed: .to(.cancelled), .cancelled: .same],
    .cancelByAdministrator: [
      .pending: .to(.cancelled), .reserved: .to(.cancelled), .confirmed: .to(.cancelled), .processing: .to(.cancelled),
      .shipped: .to(.cancelled), .cancelled: .same,
    ],
    .startProcessing: [.confirmed: .to(.processing), .processing: .same],
    .ship: [.processing: .to(.shipped), .shipped: .same],
    .deliver: [.shipped: .to(.delivered), .delivered: .same],
    .recordRefund: [
      .processing: .to(.processing), .shipped: .to(.shipped), .delivered: .to(.delivered), .cancelled: .to(.cancelled),
      .returned: .to(.returned),
    ],
    .recordReturn: [.delivered: .to(.delivered), .returned: .same],
  ]

  /// Pairs whose state takes the command, but whose guard refuses: nothing was paid, or all has gone back.
  static let guarded: Set<[String]> = [["record_refund", "confirmed"], ["record_refund", "refunded"]]

  @Test(arguments: OrderAction.allCases, Place.allCases)
  func `every command has its answer in every state`(action: OrderAction, place: Place) throws {
    var state = try Self.state(place)
    let command = try #require(Self.commands[action])
    if Self.guarded.contains([action.rawValue, place.rawValue]) {
      #expect(throws: OrderRejection.refundTooLarge(refundable: Cents(0))) { try Order.decide(command, state) }
      return
    }
    let expected = place == .none && action != .place ? .notFound : Self.table[action]?[place] ?? .wrongState
    do {
      let events = try Order.decide(command, state)
      for event in events { Order.evolve(&state, event) }
      #expect(events.isEmpty ? expected == .same : expected == state.status.map(Expected.to))
      // Told once more, a command that had its effect has none.
      if case .to = expected, action != .recordReturn { #expect(try Order.decide(command, state).isEmpty) }
    } catch {
      switch error {
      case .notFound: #expect(expected == .notFound)
      case .wrongState(let refused, let current, let allowed):
        #expect(expected == .wrongState)
        #expect(refused == action)
        #expect(current == state.status)
        #expect(!allowed.contains(action))
      default: Issue.record("\(error)")
      }
    }
  }

  @Test func `an administrator says why, and cancels a shipped order only with a return under way`() throws {
    let shipped = try Self.state(.shipped)
    #expect(throws: OrderRejection.returnNeeded) {
      try Order.decide(.cancel(.administrator(nil, returnOpen: false), comment: "why"), shipped)
    }
    #expect(throws: OrderRejection.reasonNeeded) {
      try Order.decide(.cancel(.administrator(nil, returnOpen: true), comment: "  "), shipped)
    }
  }

  @Test func `another customer's order does not exist`() async throws {
    #expect(throws: OrderRejection.notFound) {
      try Order.decide(.cancel(.customer(UserID(2)), comment: nil), try Self.state(.pending))
    }
  }

  @Test func `refunds add up to what was paid and no further`() throws {
    var state = try Self.state(.delivered)
    for (id, amount) in [(1, 700), (2, 500)] {
      for event in try Order.decide(.recordRefund(RefundID(Int64(id)), [], Cents(Int64(amount))), state) { Order.evolve(&state, event) }
      #expect(throws: OrderRejection.refundTooLarge(refundable: Cents(1_200 - state.refunded.rawValue))) {
        try Order.decide(.recordRefund(RefundID(5), [], Cents(501)), state)
      }
    }
    #expect(state.status == .refunded)
  }

  @Test func `more than was bought does not come back`() throws {
    var state = try Self.state(.delivered)
    for event in try Order.decide(.recordReturn([StockItem(productID: ProductID(7), quantity: 1)]), state) { Order.evolve(&state, event) }
    #expect(throws: OrderRejection.returnTooLarge(ProductID(7), returnable: 1)) {
      try Order.decide(.recordReturn([StockItem(productID: ProductID(7), quantity: 2)]), state)
    }
    for event in try Order.decide(.recordReturn([StockItem(productID: ProductID(7), quantity: 1)]), state) { Order.evolve(&state, event) }
    #expect(state.status == .returned)
  }

  /// A withdrawal stands where an administrator's word stands, but for what is on its way.
  @Test(arguments: Place.allCases)
  func `a withdrawal cancels what has not left, however far it is packed`(place: Place) throws {
    let state = try Self.state(place)
    func decide(by user: UserID) throws -> [OrderEvent] { try Order.decide(.cancel(.withdrawal(user), comment: nil), state) }
    switch place {
    case .pending, .reserved, .confirmed, .processing:
      #expect(throws: OrderRejection.notFound) { try decide(by: UserID(99)) }
      guard case .orderCancelled(let event)? = try decide(by: Sales.user).first else {
        Issue.record("not cancelled")
        return
      }
      #expect(event.reason == .withdrawal)
      #expect(event.refundRequired == (state.paid != nil))
    case .cancelled: #expect(try decide(by: Sales.user).isEmpty)
    case .shipped: #expect(throws: OrderRejection.returnNeeded) { try decide(by: Sales.user) }
    case .none, .delivered, .refunded, .returned: #expect(throws: OrderRejection.self) { try decide(by: Sales.user) }
    }
  }
}
