import EventSourcing
import EventStoreTesting
import ProcessManagers
import Testing

@testable import Aggregates

@Suite struct SupportDeskTests {
  private let ticket = TicketID(1_000)

  private func desk(_ shop: Shop) -> SupportDesk { SupportDesk(log: shop.log, executor: shop.executor) }

  private func open(_ shop: Shop, _ order: TicketOrder? = nil) async throws {
    _ = try await shop.executor.execute(
      OpenTicket(ticketID: ticket, ticketNumber: "TKT-1", userID: UserID(1), subject: "Broken", description: "It is", order: order))
  }

  @Test func `a ticket that nobody answers is missed once, when its time is over and not before`() async throws {
    let shop = Shop()
    try await open(shop)
    try await shop.running(shop.runner(desk(shop))) { runner in
      shop.log.advance(by: .seconds(24 * 3_600 - 1))
      try await shop.settle(runner)
      #expect(try await shop.state(Ticket.self, ticket).priority == .medium)
      shop.log.advance(by: .seconds(1))
      try await shop.until("raising the priority") { try await shop.state(Ticket.self, ticket).priority == .high }
      shop.log.advance(by: .seconds(48 * 3_600))
      try await shop.until("missing the resolution") { shop.count(TicketDeadlineMissed.type) == 2 }
      try await shop.settle(runner)
      #expect(try await shop.state(Ticket.self, ticket).priority == .high)
    }
    #expect(shop.log.timers.isEmpty)
  }

  @Test func `the checkout and the support desk leave each other's timers alone`() async throws {
    let shop = Shop()
    try await open(shop)
    shop.log.advance(by: .seconds(90 * 3_600))
    let due = try await shop.log.dueTimers(limit: 10)
    #expect(due.count == 2)
    for timer in due {
      #expect(try shop.checkout().saga(of: timer) == nil)
      #expect(try desk(shop).saga(of: timer) == "ticket-\(ticket)")
    }
    let order = try await shop.buy(2)
    shop.log.advance(by: .seconds(5))
    let silent = try #require(try await shop.log.dueTimers(limit: 10).first { $0.name == "checkout-stock-\(order)" })
    #expect(try desk(shop).saga(of: silent) == nil)
  }

  @Test func `roles of the team, in any team of theirs, make an agent; losing the last gives his tickets back`() async throws {
    let shop = Shop()
    try await open(shop)
    for (id, row) in Permission.defaultRows { _ = try await shop.executor.execute(SeedReference<Permission>(id: id, row: row)) }
    for (id, row) in Role.defaultRows { _ = try await shop.executor.execute(SeedReference<Role>(id: id, row: row)) }
    try await shop.running(shop.runner(desk(shop))) { runner in
      _ = try await shop.executor.execute(
        RegisterUser(
          userID: UserID(5), email: "a@b.fr", firstname: "A", lastname: "B", passwordHash: "x", emailClaim: "email:5"))
      _ = try await shop.executor.execute(AssignRole(userID: UserID(5), roleID: DefaultRole.merchant.id, assignedBy: nil))
      try await shop.settle(runner)
      #expect(try await !shop.state(SupportAgent.self, UserID(5)).isMember)
      _ = try await shop.executor.execute(AssignRole(userID: UserID(5), roleID: DefaultRole.support.id, assignedBy: nil))
      try await shop.settle(runner)
      #expect(try await shop.state(SupportAgent.self, UserID(5)).isMember)
      _ = try await shop.executor.execute(
        ChangeTicket(ticketID: ticket, actor: .administrator(UserID(9))) { $0.assignedTo = UserID(5) })
      _ = try await shop.executor.execute(RevokeRole(userID: UserID(5), roleID: DefaultRole.support.id, revokedBy: nil))
      try await shop.settle(runner)
      let state = try await shop.state(Ticket.self, ticket)
      #expect(state.status == .open)
      #expect(state.assignedTo == nil)
    }
  }

  @Test func `a cancelled order is noted on the tickets about it`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    let order = try await shop.buy(1)
    try await open(
      shop,
      TicketOrder(
        orderID: order, orderNumber: "ORD-1", userID: UserID(1), totalTTC: Cents(1), status: "pending", hasFailedPayment: false))
    try await shop.running(shop.runner(desk(shop))) { runner in
      _ = try await shop.executor.execute(CancelOrder(orderID: order, canceller: .customer(UserID(1))))
      try await shop.settle(runner)
    }
    #expect(try await shop.state(Ticket.self, ticket).metadata.text?.contains(#""status":"cancelled""#) == true)
  }
}
