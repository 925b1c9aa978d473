import EventSourcing
import EventStoreTesting
import ProcessManagers
import Testing

@testable import Aggregates

@Suite struct ReturnsTests {
  private let ticket = TicketID(1_000)
  private let goods = ReturnID(1_000)
  private let line = ReturnLineID(1_000)
  private let boss = TicketActor.administrator(UserID(9))

  /// A delivered order of two units, one of which is to come back.
  private func request(_ shop: Shop, _ reason: ReturnReason) async throws -> OrderID {
    try await shop.stock(7, 5)
    let order = try await shop.running(shop.runner()) { runner in
      let order = try await shop.buy(1, [(7, 2)])
      try await shop.settle(runner)
      return order
    }
    for step in AdvanceOrder.Step.allCases { _ = try await shop.executor.execute(AdvanceOrder(orderID: order, step: step)) }
    // What was sent is held no more.
    try await shop.running(shop.runner()) { try await shop.settle($0) }
    #expect(try await shop.state(Stock.self, ProductID(7)).onHand == 3)
    #expect(try await shop.state(Stock.self, ProductID(7)).reserved == 0)
    let bought = try await shop.order(order).lines[0]
    let about = TicketOrder(
      orderID: order, orderNumber: "ORD-1", userID: UserID(1), totalTTC: Cents(1), status: "delivered", hasFailedPayment: false)
    _ = try await shop.executor.execute(
      OpenTicket(ticketID: ticket, ticketNumber: "TKT-1", userID: UserID(1), subject: "Back", description: "Too small", order: about))
    let facts = ReturnableOrder(
      orderID: order, userID: UserID(1), deliveredAt: shop.log.now,
      lines: [
        .init(
          orderItemID: bought.orderItemID, productID: bought.productID, quantity: bought.quantity, netHT: bought.netHT, vat: bought.vat)
      ])
    _ = try await shop.executor.execute(
      RequestReturn(
        returnID: goods, firstLineID: line, ticketID: ticket, actor: .customer(UserID(1)), order: facts, reason: reason,
        items: [.init(orderItemID: bought.orderItemID, quantity: 1)]))
    return order
  }

  private func move(_ shop: Shop, _ moves: ReturnMove...) async throws {
    for move in moves { _ = try await shop.executor.execute(MoveReturn(returnID: goods, actor: boss, move: move)) }
  }

  private func returns(_ shop: Shop) -> SupportDesk { SupportDesk(log: shop.log, executor: shop.executor) }

  @Test func `accepted goods come back to their order, and what they were worth is asked of the provider once`() async throws {
    let shop = Shop()
    let order = try await request(shop, .defect)
    try await move(
      shop, .authorise(label: nil), .receive([.init(lineID: line, quantity: 1)]),
      .inspect([.init(lineID: line, accepted: 1, restock: true)]), .refund)
    try await shop.running(shop.runner(returns(shop))) { try await shop.settle($0) }
    #expect(try await shop.order(order).returned == [ProductID(7): 1])
    #expect(shop.count(RefundRequested.type) == 1)
    // Two of five were sent, and one can be sold again.
    #expect(try await shop.state(Stock.self, ProductID(7)).onHand == 4)
    #expect(try await shop.state(Stock.self, ProductID(7)).free == 4)
    // All of it once more from the beginning.
    let port = returns(shop)
    for message in shop.log.events where port.messageTypes.contains(message.type) { try await port.handle(message) }
    #expect(shop.count(RefundRequested.type) == 1)
    #expect(try await shop.order(order).returned == [ProductID(7): 1])
  }

  @Test func `a withdrawal that nobody pays back in time pays itself back`() async throws {
    let shop = Shop()
    _ = try await request(shop, .withdrawal)
    try await move(shop, .shipBack(tracking: "T"))
    try await shop.running(shop.runner(returns(shop))) { runner in
      shop.log.advance(by: .seconds(14 * 24 * 3_600))
      try await shop.until("paying back") { shop.count(RefundRequested.type) == 1 }
      try await shop.settle(runner)
    }
    #expect(try await shop.state(Return.self, goods).isRefunded)
  }

  @Test func `goods that are not sent in time are no longer expected`() async throws {
    let shop = Shop()
    _ = try await request(shop, .defect)
    try await move(shop, .authorise(label: nil))
    try await shop.running(shop.runner(returns(shop))) { _ in
      shop.log.advance(by: .seconds(14 * 24 * 3_600))
      try await shop.until("expiring") { try await shop.state(Return.self, goods).status == .expired }
    }
  }

  /// An order that has gone as far as a step, and a withdrawal from it that is confirmed before the copies know of a delivery.
  private func withdraw(_ shop: Shop, after steps: [AdvanceOrder.Step]) async throws -> OrderID {
    try await shop.stock(7, 5)
    let order = try await shop.running(shop.runner()) { runner in
      let order = try await shop.buy(1, [(7, 2)])
      try await shop.settle(runner)
      return order
    }
    for step in steps { _ = try await shop.executor.execute(AdvanceOrder(orderID: order, step: step)) }
    let facts = ReturnableOrder(
      orderID: order, userID: UserID(1), deliveredAt: nil,
      lines: try await shop.order(order).lines.map {
        .init(orderItemID: $0.orderItemID, productID: $0.productID, quantity: $0.quantity, netHT: $0.netHT, vat: $0.vat)
      })
    let about = TicketOrder(
      orderID: order, orderNumber: "ORD-1", userID: UserID(1), totalTTC: Cents(1), status: "processing", hasFailedPayment: false)
    let id = WithdrawalID(9)
    _ = try await shop.executor.execute(
      DeclareWithdrawal(
        withdrawalID: id, userID: UserID(1), order: facts, orderNumber: "ORD-1", items: nil,
        statement: WithdrawalStatement(name: "Ada L", email: "ada@customer.example")))
    _ = try await shop.executor.execute(
      ConfirmWithdrawal(
        withdrawalID: id, userID: UserID(1), order: facts, ticketOrder: about, ticketID: ticket, ticketNumber: "TKT-1", returnID: goods,
        firstLineID: line))
    return order
  }

  @Test func `an order that is withdrawn from before it left is cancelled, and its money and stock go back, once`() async throws {
    let shop = Shop()
    let order = try await withdraw(shop, after: [.processing])
    try await shop.running(shop.runner(returns(shop))) { try await shop.settle($0) }
    try await shop.running(shop.runner()) { try await shop.settle($0) }
    let state = try await shop.order(order)
    #expect(state.status == .refunded)
    #expect(state.cancellation == .withdrawal)
    #expect(try await shop.state(Stock.self, ProductID(7)).free == 5)
    #expect(shop.count(ReturnRequested.type) == 0)
    let port = returns(shop)
    for message in shop.log.events where port.messageTypes.contains(message.type) { try await port.handle(message) }
    #expect(shop.count(OrderCancelled.type) == 1)
    #expect(shop.count(RefundRequested.type) == 1)
  }

  @Test(arguments: [[AdvanceOrder.Step.processing, .shipped], AdvanceOrder.Step.allCases])
  func `a parcel that left meanwhile comes back`(steps: [AdvanceOrder.Step]) async throws {
    let shop = Shop()
    let order = try await withdraw(shop, after: steps)
    try await shop.running(shop.runner(returns(shop))) { try await shop.settle($0) }
    #expect(shop.count(OrderCancelled.type) == 0)
    let requested = try #require(shop.log.events.first { $0.type == ReturnRequested.type.name })
    guard case .requested(let back) = try ReturnEvent.decoder.decode(requested, keys: [:]) else {
      Issue.record("no request of a return")
      return
    }
    #expect(back.key.orderID == order)
    #expect(back.key.ticketID == ticket)
    #expect(back.lines.map(\.quantity) == [2])
    #expect(try await shop.state(Return.self, back.key.returnID).status == .authorised)
    let port = returns(shop)
    for message in shop.log.events where port.messageTypes.contains(message.type) { try await port.handle(message) }
    #expect(shop.count(ReturnRequested.type) == 1)
  }

  @Test func `an order that was cancelled otherwise, and paid back, is left as it is`() async throws {
    let shop = Shop()
    let order = try await withdraw(shop, after: [])
    _ = try await shop.executor.execute(CancelOrder(orderID: order, canceller: .customer(UserID(1))))
    try await shop.running(shop.runner()) { try await shop.settle($0) }
    #expect(try await shop.order(order).status == .refunded)
    try await shop.running(shop.runner(returns(shop))) { try await shop.settle($0) }
    #expect(try await shop.order(order).cancellation == .customer)
    #expect(shop.count(ReturnRequested.type) == 0)
    #expect(shop.count(RefundRequested.type) == 1)
  }

  @Test func `a withdrawal that comes again after its return was paid back changes nothing`() async throws {
    let shop = Shop()
    let order = try await withdraw(shop, after: [.processing, .shipped])
    try await shop.running(shop.runner(returns(shop))) { try await shop.settle($0) }
    let back = try #require(shop.log.events.first { $0.type == ReturnRequested.type.name })
    let id = try #require(Int64(back.stream.id))
    let sent = try await shop.state(Return.self, ReturnID(id)).lines.map { ReturnReceived.Item(lineID: $0.lineID, quantity: $0.quantity) }
    let found = sent.map { ReturnMove.Inspection(lineID: $0.lineID, accepted: $0.quantity, restock: true) }
    for move in [ReturnMove.receive(sent), .inspect(found), .refund] {
      _ = try await shop.executor.execute(MoveReturn(returnID: ReturnID(id), actor: boss, move: move))
    }
    try await shop.running(shop.runner(returns(shop))) { try await shop.settle($0) }
    try await shop.running(shop.runner()) { try await shop.settle($0) }
    #expect(try await shop.order(order).status == .refunded)
    #expect(try await shop.state(Stock.self, ProductID(7)).free == 5)
    let before = shop.log.events.count
    let port = returns(shop)
    for message in shop.log.events where port.messageTypes.contains(message.type) { try await port.handle(message) }
    #expect(shop.log.events.count == before)
  }
}
