import EventSourcing
import EventStoreTesting
import ProcessManagers
import Testing

@testable import Aggregates

@Suite struct RunnerTests {
  @Test func `of two hundred checkouts exactly as many succeed as there is stock`() async throws {
    let shop = Shop()
    try await shop.stock(7, 100)
    try await shop.stock(8, 100)
    let checkout = shop.checkout()
    let orders = try await shop.running(shop.runner(checkout)) { runner in
      let orders = try await withThrowingTaskGroup(of: OrderID.self) { group in
        for user in 1...200 {
          // In opposite order of lines: neither a deadlock nor half an order.
          let lines: [(Int64, Int64)] = user.isMultiple(of: 2) ? [(7, 1), (8, 1)] : [(8, 1), (7, 1)]
          group.addTask { try await shop.buy(Int64(user), lines, by: checkout) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      try await shop.settle(runner)
      return orders
    }
    var confirmed = 0
    for order in orders {
      let state = try await shop.order(order)
      if state.status == .confirmed { confirmed += 1 } else { #expect(state.cancellation == .inventoryFailed) }
    }
    #expect(confirmed == 100)
    #expect(try await shop.state(Stock.self, 7).free == 0)
    #expect(shop.payments.operations.count == 200)
    #expect(shop.count(BasketReopened.type) == 100)
  }

  @Test func `of fifty checkouts with a code for seven exactly seven get it`() async throws {
    let shop = Shop()
    try await shop.stock(7, 100)
    try await shop.code("SEVEN", maxUsage: 7)
    var baskets: [(Int64, BasketID)] = []
    for user in 1...50 { baskets.append((Int64(user), try await shop.basket(Int64(user), codes: ["SEVEN"]))) }
    let refused = await withTaskGroup(of: (any Error)?.self) { group in
      for (user, basket) in baskets {
        group.addTask {
          do {
            _ = try await shop.start(user, basket)
            return nil
          } catch { return error }
        }
      }
      return await group.reduce(into: [any Error]()) { if let error = $1 { $0.append(error) } }
    }
    #expect(refused.count == 43)
    #expect(refused.allSatisfy { $0 as? BasketRejection == .codeNotUsable(code: "SEVEN", .usageLimitReached) })
    #expect(try await shop.state(PromoCode.self, "SEVEN").usage == 7)
    try await shop.running(shop.runner()) { try await shop.settle($0) }
    #expect(shop.count(PromoRedeemed.type) == 7)
  }

  @Test(arguments: 1...9) func `a runner that dies anywhere is continued by the next one`(messages: Int) async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    let order = try await shop.buy(1)
    let dying = DyingPort(shop.freshCheckout(), after: messages)
    let first = shop.runner(dying)
    let task = Task { try await first.run() }
    try await shop.until("dying") { dying.isDead || shop.count(OrderPaid.type) == 1 }
    task.cancel()
    try await task.value
    let next = shop.runner(shop.freshCheckout(), holder: "two")
    try await shop.running(next) { try await shop.settle($0) }
    #expect(try await shop.order(order).paid != nil)
    for type in [OrderPlaced.type, ReservationHeld.type, PaymentRequested.type, OrderConfirmed.type, OrderPaid.type] {
      #expect(shop.count(type) == 1, "\(type)")
    }
  }

  @Test func `the place in the log waits for the slowest saga, and others flow`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    let slow = try await shop.buy(1)
    let fast = try await shop.buy(2)
    let placed = try #require(shop.log.events.first { $0.type == "OrderPlaced" && $0.stream == Order.stream(slow) }).position
    let port = StubbornPort(shop.freshCheckout(), saga: "\(slow)", type: "OrderPlaced")
    try await shop.running(shop.runner(port) { $0.maximumTries = 1_000_000 }) { runner in
      try await shop.until("paying the fast one") { try await shop.order(fast).paid != nil }
      // Another service's message of the same saga may wait behind it.
      #expect(runner.status.position < placed)
      port.yields()
      try await shop.settle(runner)
    }
    #expect(try await shop.order(slow).paid != nil)
    #expect(try await shop.subscriptions.subscriptionPosition("checkout") == Position(Int64(shop.log.events.count)))
  }

  @Test func `a message that keeps failing parks its saga, which goes on when the cause is gone`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    let stuck = try await shop.buy(1)
    let port = StubbornPort(shop.freshCheckout(), saga: "\(stuck)", type: "OrderPlaced")
    let first = shop.runner(port) {
      $0.maximumTries = 3
      $0.parkedRetryInterval = .milliseconds(20)
    }
    try await shop.running(first) { runner in
      try await shop.until("parking") { runner.status.parked["\(stuck)"] != nil }
      let other = try await shop.buy(2)
      try await shop.until("paying the other") { try await shop.order(other).paid != nil }
      try await shop.settle(runner)
      #expect(try await shop.order(stuck).status == .pending)
      #expect(shop.count(SagaParked.type) == 1)
    }
    // A new process knows it from the log.
    let again = StubbornPort(shop.freshCheckout(), saga: "\(stuck)", type: "OrderPlaced")
    try await shop.running(shop.runner(again, holder: "two") { $0.parkedRetryInterval = .milliseconds(20) }) { runner in
      try await shop.until("knowing it as parked") { runner.status.parked["\(stuck)"] != nil }
      again.yields()
      try await shop.until("going on") { try await shop.order(stuck).paid != nil }
      try await shop.until("resuming") { runner.status.parked.isEmpty && shop.count(SagaResumed.type) == 1 }
      try await shop.settle(runner)
    }
  }

  @Test func `time that runs out while nobody brings messages is not taken for silence`() async throws {
    let shop = Shop()
    try await shop.stock(7, 50)
    var orders: [OrderID] = []
    for user in 1...40 { orders.append(try await shop.buy(Int64(user))) }
    shop.log.advance(by: .seconds(6))
    #expect(try await shop.log.dueTimers(limit: 100).count == 40)
    try await shop.running(shop.runner()) { try await shop.settle($0) }
    for order in orders { #expect(try await shop.order(order).paid != nil) }
  }

  @Test func `time that runs out while the log is out of reach is not taken for silence, and parks nothing`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    let order = try await shop.buy(1)
    let away = CommandError.unavailable(reason: "away")
    let port = StubbornPort(shop.freshCheckout(), saga: "\(order)", type: "OrderPlaced", error: away)
    try await shop.running(shop.runner(port)) { runner in
      try await shop.until("many tries") { runner.status.failureCount > 20 }
      shop.log.advance(by: .seconds(6))
      // Another saga's timer fires meanwhile, so the runner has looked.
      let silent = try await shop.buy(2, token: "sandbox_silent")
      try await shop.until("asking for the money") { shop.count(PaymentRequested.type) == 1 }
      shop.log.advance(by: .seconds(11))
      try await shop.until("cancelling the silent one") { try await shop.order(silent).status == .cancelled }
      #expect(try await shop.order(order).status == .pending)
      port.yields()
      try await shop.settle(runner)
    }
    #expect(try await shop.order(order).paid != nil)
    #expect(shop.count(SagaParked.type) == 0)
  }

  @Test(arguments: [true, false]) func `an answer of the log that is lost changes nothing`(written: Bool) async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    let order = try await shop.buy(1)
    for _ in 1...4 { shop.log.loseNextAnswer(written: written) }
    try await shop.running(shop.runner()) { try await shop.settle($0) }
    #expect(try await shop.order(order).paid != nil)
    #expect(shop.count(OrderConfirmed.type) == 1)
    #expect(shop.payments.operations.count == 2)
  }

  @Test func `only one of two runners is active, and the other takes over`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    let one = shop.runner(holder: "one")
    let two = shop.runner(shop.freshCheckout(), holder: "two")
    let first = Task { try await one.run() }
    try await shop.until("activity of one") { one.status.isActive }
    let second = Task { try await two.run() }
    try await Task.sleep(for: .milliseconds(50))
    #expect(!two.status.isActive)
    first.cancel()
    try await first.value
    try await shop.until("activity of two") { two.status.isActive }
    let order = try await shop.buy(1)
    try await shop.settle(two)
    #expect(try await shop.order(order).paid != nil)
    // The lease runs out and another takes it: what this one still wants to write is refused.
    shop.subscriptions.giveLease("process-manager-checkout", to: "three")
    try await shop.until("the end of two") { !two.status.isActive }
    second.cancel()
    try await second.value
  }
}
