import EventSourcing
import EventStoreTesting
import ProcessManagers
import Testing

@testable import Aggregates

@Suite struct CheckoutTests {
  @Test func `a purchase ends confirmed, paid, with firm stock and a used code`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    try await shop.code("WELCOME10")
    let order = try await shop.running(shop.runner()) { runner in
      let order = try await shop.buy(1, [(7, 2)], codes: ["welcome10"])
      try await shop.settle(runner)
      return order
    }
    let state = try await shop.order(order)
    #expect(state.status == .confirmed)
    #expect(state.paid == Cents(2_160))
    #expect(try await shop.state(Reservation.self, order).status == .firm)
    #expect(try await shop.state(Stock.self, 7).free == 3)
    let code = try await shop.state(PromoCode.self, "WELCOME10")
    #expect(code.usage == 1)
    #expect(code.use(of: order) == .redeemed(UserID(1)))
    #expect(shop.log.claims["open-basket:1"] == nil)
    #expect(shop.log.timers.isEmpty)
    #expect(shop.count(SagaStepRefused.type) == 0)
    #expect(shop.count(SagaStepSkipped.type) == 0)
  }

  @Test func `an order is placed by recovery when the route did not get that far`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    let order = try await shop.buy(1, places: false)
    try await shop.running(shop.runner()) { try await shop.settle($0) }
    #expect(try await shop.order(order).status == .confirmed)
  }

  @Test func `too little stock cancels the order, frees the code and opens the basket for another attempt`() async throws {
    let shop = Shop()
    try await shop.stock(7, 1)
    try await shop.code("ONCE", maxUsage: 1)
    try await shop.running(shop.runner()) { runner in
      let basket = try await shop.basket(1, [(7, 2)], codes: ["ONCE"])
      let first = try await shop.start(1, basket)
      try await shop.settle(runner)
      let cancelled = try await shop.order(first.orderID)
      #expect(cancelled.status == .cancelled)
      #expect(cancelled.cancellation == .inventoryFailed)
      let open = try await shop.state(Basket.self, basket)
      #expect(open.phase == .open)
      #expect(open.attempt == 2)
      #expect(open.lines.map(\.quantity) == [2])
      #expect(open.codes.count == 1)
      #expect(shop.log.claims["open-basket:1"] == Basket.stream(basket))
      #expect(try await shop.state(PromoCode.self, "ONCE").usage == 0)
      #expect(shop.payments.operations.isEmpty)

      try await shop.stock(7, 5)
      let second = try await shop.start(1, basket)
      #expect(second.attempt == 2)
      #expect(second.orderID != first.orderID)
      try await shop.settle(runner)
      #expect(try await shop.order(second.orderID).status == .confirmed)
    }
  }

  @Test func `a refused payment releases stock and code and opens the basket again`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    try await shop.code("ONCE", maxUsage: 1)
    let order = try await shop.running(shop.runner()) { runner in
      let order = try await shop.buy(1, codes: ["ONCE"], token: "sandbox_refuse")
      try await shop.settle(runner)
      return order
    }
    let state = try await shop.order(order)
    #expect(state.cancellation == .paymentFailed)
    #expect(try await shop.state(Payment.self, order).status == .failed)
    #expect(try await shop.state(Stock.self, 7).free == 5)
    #expect(try await shop.state(PromoCode.self, "ONCE").usage == 0)
    #expect(try await shop.state(Basket.self, state.basketID).phase == .open)
  }

  @Test func `a failed order's lines and codes go into the basket that the buyer has opened meanwhile`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    try await shop.stock(8, 5)
    try await shop.code("TEN")
    let order = try await shop.buy(1, [(7, 2)], codes: ["TEN"], token: "sandbox_refuse")
    let other = try await shop.basket(1, [(8, 1), (7, 1)])
    try await shop.running(shop.runner()) { try await shop.settle($0) }
    let merged = try await shop.state(Basket.self, other)
    #expect(merged.phase == .open)
    #expect(merged.lines.map(\.productID) == [ProductID(8), ProductID(7)])
    #expect(merged.lines.map(\.quantity) == [1, 3])
    #expect(merged.codes.map(\.link.code) == ["TEN"])
    #expect(merged.amount == Cents(3_600))
    #expect(try await shop.state(Basket.self, shop.order(order).basketID).phase == .merged)
    #expect(shop.log.claims["open-basket:1"] == Basket.stream(other))
  }

  @Test func `a silent provider costs the order after ten seconds, not before`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    try await shop.running(shop.runner()) { runner in
      let order = try await shop.buy(1, token: "sandbox_silent")
      try await shop.settle(runner)
      #expect(try await shop.order(order).status == .pending)
      shop.log.advance(by: .milliseconds(9_999))
      try await Task.sleep(for: .milliseconds(30))
      #expect(try await shop.order(order).status == .pending)
      shop.log.advance(by: .milliseconds(1))
      try await shop.until("cancelling the order") { try await shop.order(order).status == .cancelled }
      try await shop.settle(runner)
      #expect(try await shop.order(order).cancellation == .paymentFailed)
      #expect(try await shop.state(Stock.self, 7).free == 5)
    }
    #expect(shop.log.timers.isEmpty)
  }

  @Test func `stock that does not answer within five seconds costs the order`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    let order = try await shop.buy(1)
    // Nobody brings the messages; only timers are fired.
    shop.log.advance(by: .seconds(5))
    let due = try await shop.log.dueTimers(limit: 10)
    #expect(due.map(\.name) == ["checkout-stock-\(order)"])
    let checkout = shop.checkout()
    try await checkout.fire(due[0])
    try await checkout.fire(due[0])
    #expect(try await shop.order(order).cancellation == .inventoryFailed)
    #expect(shop.log.timers.isEmpty)
    // The messages come after all: nothing stays held and nothing is paid.
    try await shop.running(shop.runner()) { try await shop.settle($0) }
    #expect(try await shop.state(Stock.self, 7).free == 5)
    #expect(shop.payments.operations.isEmpty)
    #expect(shop.count(OrderCancelled.type) == 1)
  }

  @Test func `a capture is tried three times, two seconds apart, then the promise is given back`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    try await shop.running(shop.runner()) { runner in
      let order = try await shop.buy(1, token: "sandbox_capture_fails")
      for captureTry in 1...3 {
        try await shop.until("try \(captureTry)") { shop.count(CaptureFailed.type) == captureTry }
        try await shop.settle(runner)
        if captureTry < 3 {
          #expect(try await shop.order(order).status == .confirmed)
          shop.log.advance(by: .seconds(2))
        }
      }
      try await shop.until("giving the promise back") { shop.count(PaymentVoided.type) == 1 }
      try await shop.settle(runner)
      let state = try await shop.order(order)
      #expect(state.cancellation == .captureFailed)
      #expect(try await shop.state(Stock.self, 7).free == 5)
      // Only failed stock and failed payments restore a basket.
      #expect(try await shop.state(Basket.self, state.basketID).phase == .checkingOut(order))
      #expect(shop.payments.operations.map(\.kind) == [.authorised, .voided])
    }
    #expect(shop.log.timers.isEmpty)
  }

  @Test func `a transfer waits seven days, not ten seconds, then the order expires`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    try await shop.running(shop.runner()) { runner in
      let order = try await shop.buy(1, method: .transfer)
      try await shop.settle(runner)
      #expect(try await shop.state(Payment.self, order).status == .actionRequired)
      #expect(Array(shop.log.timers.keys) == ["reservation-\(order)"])
      shop.log.advance(by: .seconds(3 * 24 * 3_600))
      try await Task.sleep(for: .milliseconds(30))
      #expect(try await shop.order(order).status == .pending)
      #expect(try await shop.state(Stock.self, 7).free == 4)
      shop.log.advance(by: .seconds(4 * 24 * 3_600))
      try await shop.until("expiring") { try await shop.order(order).status == .cancelled }
      try await shop.settle(runner)
      #expect(try await shop.order(order).cancellation == .expired)
      #expect(try await shop.state(Stock.self, 7).free == 5)
      #expect(try await shop.state(Payment.self, order).status == .failed)
    }
  }

  @Test func `a transfer that arrives confirms the order`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    try await shop.running(shop.runner()) { runner in
      let order = try await shop.buy(1, method: .transfer)
      try await shop.settle(runner)
      shop.log.advance(by: .seconds(24 * 3_600))
      let arrived = CompleteCapture(orderID: order, amount: Cents(1_200), providerID: "bank-1", refundID: RefundID(1))
      _ = try await shop.executor.execute(arrived)
      try await shop.settle(runner)
      let state = try await shop.order(order)
      #expect(state.status == .confirmed)
      #expect(state.paid == Cents(1_200))
      #expect(try await shop.state(Reservation.self, order).status == .firm)
    }
    #expect(shop.log.timers.isEmpty)
  }

  @Test func `a customer's cancellation gives back what was paid and keeps his basket closed`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    try await shop.code("ONCE", maxUsage: 1)
    try await shop.running(shop.runner()) { runner in
      let order = try await shop.buy(1, codes: ["ONCE"])
      try await shop.settle(runner)
      _ = try await shop.executor.execute(CancelOrder(orderID: order, canceller: .customer(UserID(1))))
      try await shop.settle(runner)
      let state = try await shop.order(order)
      #expect(state.status == .refunded)
      #expect(state.cancellation == .customer)
      #expect(state.refunded == state.paid)
      #expect(try await shop.state(Payment.self, order).status == .refunded)
      #expect(try await shop.state(Stock.self, 7).free == 5)
      #expect(try await shop.state(PromoCode.self, "ONCE").usage == 0)
      #expect(shop.log.claims["open-basket:1"] == nil)
      #expect(shop.payments.operations.count == 3)
    }
  }

  @Test func `a promise that comes after the cancellation is given back`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    try await shop.running(shop.runner()) { runner in
      let order = try await shop.buy(1, token: "sandbox_silent")
      try await shop.settle(runner)
      _ = try await shop.executor.execute(CancelOrder(orderID: order, canceller: .customer(UserID(1))))
      try await shop.settle(runner)
      _ = try await shop.executor.execute(AuthorisePayment(orderID: order, providerID: "late"))
      try await shop.settle(runner)
      #expect(try await shop.order(order).status == .cancelled)
      #expect(try await shop.state(Payment.self, order).status == .voided)
      #expect(shop.payments.operations == [SandboxOperation(.voided, of: order, attempt: 1, amount: .zero, key: "void")])
    }
    #expect(shop.log.timers.isEmpty)
  }

  @Test func `all messages once more from the beginning have no second effect`() async throws {
    let shop = Shop()
    try await shop.stock(7, 3)
    try await shop.code("TEN")
    try await shop.running(shop.runner()) { runner in
      for (user, token) in [(1, "sandbox_ok"), (2, "sandbox_refuse"), (3, "sandbox_capture_fails")] {
        try await shop.buy(Int64(user), [(7, 1)], codes: ["TEN"], token: token)
      }
      // A timer lies between the tries of a capture; the last one that fails cancels the order.
      for tries in 1...3 {
        try await shop.until("capture \(tries) failing") { shop.count(CaptureFailed.type) == tries }
        shop.log.advance(by: .seconds(2))
      }
      try await shop.until("giving up") { shop.count(OrderCancelled.type) == 2 }
      try await shop.settle(runner)
    }
    let before = shop.log.events
    let operations = shop.payments.operations
    let port = shop.freshCheckout()
    let messages = before.filter { port.messageTypes.contains($0.type) }
    for message in messages + messages.reversed() { try await port.handle(message) }
    #expect(shop.log.events.map(\.type) == before.map(\.type))
    #expect(shop.payments.operations == operations)
  }
}
