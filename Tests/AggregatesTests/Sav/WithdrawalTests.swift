import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct WithdrawalTests {
  private static let id = WithdrawalID(1_000)
  private static let item = OrderItemID(70)
  private static let day = Duration.seconds(24 * 3_600)
  private static let start = InMemoryEventLog.defaultStart
  private static let statement = WithdrawalStatement(name: "Zoé L", email: "zoe@example.org", comment: "Trop petit")

  /// Three units, delivered a day before the scenario begins.
  private static func order(deliveredAt: Timestamp? = start - day, of user: UserID = Desk.owner) -> ReturnableOrder {
    ReturnableOrder(
      orderID: OrderID(7), userID: user, deliveredAt: deliveredAt,
      lines: [.init(orderItemID: item, productID: ProductID(5), quantity: 3, netHT: Cents(10_001), vat: Cents(2_000))])
  }

  private static func declare(
    _ items: [RequestReturn.Item]? = nil, order: ReturnableOrder = Self.order(), statement: WithdrawalStatement = Self.statement
  ) -> DeclareWithdrawal {
    DeclareWithdrawal(
      withdrawalID: id, userID: Desk.owner, order: order, orderNumber: "ORD-7", names: [item: "Chaise"], items: items, statement: statement)
  }

  private static func confirm(by user: UserID = Desk.owner, order: ReturnableOrder = Self.order()) -> ConfirmWithdrawal {
    let ticketOrder = TicketOrder(
      orderID: OrderID(7), orderNumber: "ORD-7", userID: Desk.owner, totalTTC: Cents(12_001), status: "delivered", hasFailedPayment: false)
    return ConfirmWithdrawal(
      withdrawalID: id, userID: user, order: order, ticketOrder: ticketOrder, ticketID: TicketID(2_000), ticketNumber: "TKT-9",
      returnID: ReturnID(3_000), firstLineID: ReturnLineID(4_000))
  }

  private static func notice(_ quantity: Int64, at time: Timestamp = start) -> WithdrawalNotice {
    WithdrawalNotice(
      withdrawalID: id, orderID: OrderID(7), orderNumber: "ORD-7", userID: Desk.owner,
      lines: [.init(orderItemID: item, productID: ProductID(5), name: "Chaise", quantity: quantity)], declaredAt: time)
  }

  @Test func `declaring changes nothing but that it can be confirmed for a day`() async throws {
    let declared = WithdrawalDeclared(notice: Self.notice(3), confirmBy: Self.start + Self.day, personal: Self.statement)
    let result = try await Scenario().when(Self.declare()).then(.declared(declared), on: Withdrawal.self, Self.id).andNothingElse()
    #expect(result.answer?.status == .declared)
    #expect(!String(decoding: result.recorded[0].payload, as: UTF8.self).contains("@"))
    try await result.and.when(Self.declare()).thenNothing()
    let late = result.and.later(by: Self.day)
    try await late.when(Self.confirm()).thenRejected(WithdrawalRejection.expired(since: Self.start + Self.day))
  }

  @Test func `confirming opens a ticket with an authorised return, once`() async throws {
    let scenario = try await Scenario().given(Self.declare([.init(orderItemID: Self.item, quantity: 2)])).later(by: .seconds(60))
    let result = try await scenario.when(Self.confirm())
    let confirmed = WithdrawalConfirmed(
      notice: Self.notice(2), returnID: ReturnID(3_000), ticketID: TicketID(2_000), confirmedAt: Self.start + .seconds(60),
      personal: Self.statement)
    try await result.then(.confirmed(confirmed), on: Withdrawal.self, Self.id)
    let goods = try await result.and.state(of: Return.self, 3_000)
    #expect(goods.status == .authorised)
    #expect(goods.reason == .withdrawal)
    #expect(goods.lines.map(\.quantity) == [2])
    #expect(try await result.and.state(of: Ticket.self, 2_000).orderID == OrderID(7))
    var again = Self.confirm()
    (again.ticketID, again.returnID, again.ticketNumber) = (TicketID(2_001), ReturnID(3_001), "TKT-10")
    try await result.and.when(again).thenNothing()
    // One unit is left, and it is all that a further declaration is about.
    var rest = Self.declare()
    rest.withdrawalID = WithdrawalID(1_001)
    #expect(try await result.and.when(rest).answer?.notice.lines.map(\.quantity) == [1])
  }

  @Test func `who declared in time may confirm when the time is over`() async throws {
    let delivered = Self.start - Self.day
    let end = Return.withdrawalEnd(deliveredAt: delivered)
    let scenario = Scenario().later(by: .seconds((end.rawValue - Self.start.rawValue) / 1_000_000 - 60))
    let declared = try await scenario.given(Self.declare())
    try await declared.later(by: .seconds(120)).when(Self.declare()).thenNothing()
    #expect(try await declared.later(by: .seconds(120)).when(Self.confirm()).answer?.status == .confirmed)
    var late = Self.declare()
    late.withdrawalID = WithdrawalID(1_001)
    try await declared.later(by: .seconds(120)).when(late).thenRejected(ReturnRejection.tooLate(since: end))
  }

  @Test func `nobody withdraws from another's order, from more than there is, or without saying who he is`() async throws {
    let scenario = Scenario()
    try await scenario.when(Self.declare(order: Self.order(of: UserID(99)))).thenRejected(WithdrawalRejection.notFound)
    try await scenario.when(Self.declare([.init(orderItemID: Self.item, quantity: 4)]))
      .thenRejected(ReturnRejection.tooMany(Self.item, returnable: 3))
    try await scenario.when(Self.declare([.init(orderItemID: OrderItemID(1), quantity: 1)]))
      .thenRejected(ReturnRejection.invalid(FieldError("lines", .unknown)))
    try await scenario.when(Self.declare(statement: .init(name: " ", email: "zoe@example.org")))
      .thenRejected(WithdrawalRejection.invalid(FieldError("name", .blank)))
    try await scenario.when(Self.confirm()).thenRejected(WithdrawalRejection.notFound)
    try await scenario.given(Self.declare()).when(Self.confirm(by: UserID(99))).thenRejected(WithdrawalRejection.notFound)
  }

  /// Machines page: but for the exceptions of L221-28, marked on the product.
  @Test func `what the law excludes is not withdrawn from, and the rest of the order is`() async throws {
    var order = Self.order()
    let cake = OrderItemID(71)
    order.lines.append(
      .init(
        orderItemID: cake, productID: ProductID(6), quantity: 1, netHT: Cents(500), vat: Cents(28), withdrawalExclusion: .perishable))
    let refusal = ReturnRejection.excluded(cake, .perishable)
    let scenario = Scenario()
    try await scenario.when(Self.declare([.init(orderItemID: cake, quantity: 1)], order: order)).thenRejected(refusal)
    try await scenario.when(
      Self.declare([.init(orderItemID: Self.item, quantity: 1), .init(orderItemID: cake, quantity: 1)], order: order)
    )
    .thenRejected(refusal)
    let whole = try await scenario.when(Self.declare(order: order))
    #expect(whole.answer?.notice.lines.map(\.orderItemID) == [Self.item])
    var cakeAlone = order
    cakeAlone.lines.removeFirst()
    var other = Self.declare(order: cakeAlone)
    other.withdrawalID = WithdrawalID(1_001)
    try await whole.and.when(other).thenRejected(refusal)
  }

  @Test func `a whole order that has not left is about to be cancelled, so no return is opened for it`() async throws {
    let order = Self.order(deliveredAt: nil)
    let scenario = Scenario()
    var cancelled = order
    cancelled.isCancelled = true
    try await scenario.when(Self.declare(order: cancelled)).thenRejected(ReturnRejection.notDelivered)
    var excluded = order
    excluded.lines[0].withdrawalExclusion = .dated
    try await scenario.when(Self.declare(order: excluded)).thenRejected(ReturnRejection.excluded(Self.item, .dated))

    let declared = try await scenario.given(Self.declare(order: order))
    try await declared.when(Self.confirm(order: cancelled)).thenRejected(ReturnRejection.notDelivered)
    let result = try await declared.when(Self.confirm(order: order))
    let confirmed = WithdrawalConfirmed(
      notice: Self.notice(3), returnID: nil, held: .init(returnID: ReturnID(3_000), firstLineID: ReturnLineID(4_000)),
      undelivered: order.lines, ticketID: TicketID(2_000), confirmedAt: Self.start, personal: Self.statement)
    try await result.then(.confirmed(confirmed), on: Withdrawal.self, Self.id)
    #expect(try await result.and.state(of: Return.self, 3_000).status == nil)
    #expect(try await result.and.state(of: Ticket.self, 2_000).orderID == OrderID(7))
    #expect(confirmed.receipt?.contains("elle est annulée") == true)
    try await result.and.when(Self.confirm(order: cancelled)).thenNothing()
  }

  @Test func `two withdrawals from one order do not both have its units`() async throws {
    let order = Self.order(deliveredAt: nil)
    var second = Self.declare(order: order)
    second.withdrawalID = WithdrawalID(1_001)
    let both = try await Scenario().given(Self.declare(order: order)).given(second)
    var confirmSecond = Self.confirm(order: order)
    (confirmSecond.withdrawalID, confirmSecond.ticketID) = (WithdrawalID(1_001), TicketID(2_001))
    (confirmSecond.ticketNumber, confirmSecond.returnID) = ("TKT-10", ReturnID(3_001))
    let first = try await both.given(Self.confirm(order: order))
    try await first.when(confirmSecond).thenRejected(ReturnRejection.tooMany(Self.item, returnable: 0))
    var left = order
    left.hasLeft = true
    confirmSecond.order = left
    try await first.when(confirmSecond).thenRejected(ReturnRejection.tooMany(Self.item, returnable: 0))
    second.withdrawalID = WithdrawalID(1_002)
    try await first.when(second).thenRejected(ReturnRejection.invalid(FieldError("lines", .blank)))
  }

  @Test(arguments: [true, false])
  func `a parcel on its way, or a part of an order, comes back when it has come`(hasLeft: Bool) async throws {
    var order = Self.order(deliveredAt: nil)
    order.hasLeft = hasLeft
    let part: [RequestReturn.Item]? = hasLeft ? nil : [.init(orderItemID: Self.item, quantity: 2)]
    let declared = try await Scenario().given(Self.declare(part, order: order))
    let result = try await declared.when(Self.confirm(order: order))
    #expect(result.answer?.returnID == ReturnID(3_000))
    let goods = try await result.and.state(of: Return.self, 3_000)
    #expect(goods.status == .authorised)
    #expect(goods.lines.map(\.quantity) == [hasLeft ? 3 : 2])
    #expect(goods.sendBackUntil == Self.start + ReturnTimes().sendingUndelivered)
    let confirmed = WithdrawalConfirmed(
      notice: Self.notice(hasLeft ? 3 : 2), returnID: ReturnID(3_000), undelivered: order.lines, ticketID: TicketID(2_000),
      confirmedAt: Self.start, personal: Self.statement)
    try await result.then(.confirmed(confirmed), on: Withdrawal.self, Self.id)
    #expect(confirmed.receipt?.contains("dans les 14 jours de leur arrivée") == true)
    #expect(confirmed.receipt?.contains("annulée") == false)
  }

  @Test func `beside what the law excludes the rest of an order that has not left comes back`() async throws {
    var order = Self.order(deliveredAt: nil)
    order.lines.append(
      .init(
        orderItemID: OrderItemID(71), productID: ProductID(6), quantity: 1, netHT: Cents(500), vat: Cents(28),
        withdrawalExclusion: .perishable))
    let declared = try await Scenario().given(Self.declare(order: order))
    let result = try await declared.when(Self.confirm(order: order))
    #expect(try await result.and.state(of: Return.self, 3_000).lines.map(\.orderItemID) == [Self.item])
  }

  @Test func `what was held for an order that could not be cancelled is its return's, whatever became of the ticket`() async throws {
    let order = Self.order(deliveredAt: nil)
    let held = try await Scenario().given(Self.declare(order: order)).given(Self.confirm(order: order))
    let closed = try await held.given(
      ChangeTicket(ticketID: TicketID(2_000), actor: .administrator(UserID(1))) { $0.status = .closed }
    ).later(by: Self.day)
    let confirmed = WithdrawalConfirmed(
      notice: Self.notice(3), returnID: nil, held: .init(returnID: ReturnID(3_000), firstLineID: ReturnLineID(4_000)),
      undelivered: order.lines, ticketID: TicketID(2_000), confirmedAt: Self.start, personal: Self.statement)
    let result = try await closed.when(OpenHeldReturn(confirmed, confirmed.held!))
    let goods = try await result.and.state(of: Return.self, 3_000)
    #expect(goods.status == .authorised)
    // The refund is due 14 days after the notice, however late the return was opened.
    #expect(goods.requestedAt == Self.start)
    #expect(try await result.and.state(of: ReturnsOfOrder.self, 7).claimed == [Self.item: 3])
    try await result.and.when(OpenHeldReturn(confirmed, confirmed.held!)).thenNothing()
  }

  @Test func `what was confirmed before there was a way without a return is read`() throws {
    let old = """
      {"withdrawal_id":1,"order_id":7,"order_number":"ORD-7","user_id":1,"declared_at":1782900000000000,
      "lines":[{"order_item_id":70,"product_id":5,"name":null,"quantity":3}],
      "return_id":3000,"ticket_id":2000,"confirmed_at":1782900005000000}
      """
    let event = try WithdrawalConfirmed(jsonBytes: Array(old.utf8))
    #expect(event.returnID == ReturnID(3_000))
    #expect(event.held == nil)
    #expect(event.undelivered.isEmpty)
  }

  @Test func `what came between declaring and confirming comes back`() async throws {
    let scenario = try await Scenario().given(Self.declare(order: Self.order(deliveredAt: nil)))
    let result = try await scenario.when(Self.confirm(order: Self.order(deliveredAt: Self.start)))
    #expect(try await result.and.state(of: Return.self, 3_000).status == .authorised)
  }

  @Test func `the receipt says what was declared, and the day and hour of it`() throws {
    let moment = Timestamp(microseconds: 1_782_900_005_000_000)
    var confirmed = WithdrawalConfirmed(
      notice: Self.notice(2), returnID: ReturnID(3_000), ticketID: TicketID(2_000), confirmedAt: moment, personal: Self.statement)
    let receipt = try #require(confirmed.receipt)
    for part in [
      "Rétractation n° 1000", "2026-07-01 à 12:00:05 (heure de Paris)", "ORD-7", "Zoé L <zoe@example.org>", "- 2 × Chaise", "Trop petit",
    ] {
      #expect(receipt.contains(part), "\(part)")
    }
    confirmed.personal = nil
    #expect(confirmed.receipt == nil)
  }
}
