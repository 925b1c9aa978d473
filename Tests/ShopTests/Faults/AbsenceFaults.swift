import EventSourcing
import EventStore
import Foundation
import ProcessManagers
import Testing

@testable import Aggregates

extension Faults {
  /// Who is away for longer than anybody waits, and comes back.
  @Suite struct OfAbsence {
    @Test
    func `a relay that slept through the end of its lease wakes up, and moves nothing back`() async throws {
      try await LinkedShop.run { linked in
        let (shop, roles) = (linked.shop, linked.roles("relay", "relay", "processes"))
        defer { for role in roles { role.kill() } }
        try roles[0].start()
        try await shop.until("the first relay's work") { try await linked.place("relay") > 0 }
        try roles[2].start()
        // It sleeps with messages in its hands, or without: whatever it was about to do, it does it after it woke up.
        let first = try await shop.one.log.head().rawValue
        let buying = Task { try await shop.buyers(200) { _ in Wish(lines: []) } }
        try await shop.until("some of its work") { try await linked.place("relay") > first + 100 }
        roles[0].pause()
        _ = try await buying.value
        try roles[1].start()
        let head = try await shop.one.log.head().rawValue
        try await shop.until("the second relay's work") { try await linked.place("relay") >= head }
        roles[0].resume()
        let later = Task { try await shop.buyers(50) { _ in Wish(lines: []) } }
        var places = [try await linked.place("relay")]
        let deadline = ContinuousClock.now + .seconds(5)
        while ContinuousClock.now < deadline { places.append(try await linked.place("relay")) }
        #expect(places == places.sorted())
        _ = try await later.value
        // Each message is noted once, was consumed, and what the older relay published again had no second effect.
        try await linked.expect("broker verify --wait 60 --log-level error", within: .seconds(90))
      }
    }

    @Test
    func `while RabbitMQ is away for longer than every time-out orders wait, and then each is confirmed once`() async throws {
      try await LinkedShop.run { linked in
        let shop = linked.shop
        // Nobody serves HTTP here: no token of these orders is answered by a callback.
        let sandbox = try await SandboxProcess(in: linked.folder, gateway: try freePort())
        defer { sandbox.kill() }
        let roles = linked.roles("relay", "processes", settings: sandbox.settings)
        defer { for role in roles { role.kill() } }
        let product = try await shop.products(100)[0]
        let wish: @Sendable (Int) -> Wish = { _ in Wish(lines: [(product, 1)]) }
        let buyers = try await shop.buyers(20, wish)
        for role in roles { try role.start() }
        try await shop.until("the relay's work") { try await linked.place("relay") > 0 }
        try linked.broker.kill()
        for (index, buyer) in buyers.enumerated() {
          let process = shop.process(index)
          let answer = try await process.send(shop.prepare(buyer, wish(index), by: process))
          _ = try await process.checkout.place(basketID: answer.basketID, attempt: answer.attempt)
        }
        // Stock that does not answer ends an order after 5 seconds, a payment that does not after 10.
        try await Task.sleep(for: .seconds(15))
        let waiting = try await shop.ledger()
        #expect(waiting.orders { $0.status == .pending }.count == 20 && waiting.faults == [])
        try await linked.broker.start()
        try await shop.until("all orders' confirmation") { try await shop.ledger().confirmed.count == 20 }
        try await linked.expect("broker verify --wait 60 --log-level error", within: .seconds(90))
        shop.checkMoney(try await sandbox.operations(), try await shop.ledger())
      }
    }
  }
}
