import EventSourcing
import ProcessManagers
import Testing

@testable import Aggregates

extension Races {
  @Suite struct OverCheckouts {
    @Test(arguments: [true, false]) func `a checkout sent four times makes one order`(underOneKey: Bool) async throws {
      try await Shop.open { shop in
        let product = try await shop.products(100)[0]
        let wish = Wish(lines: [(product, 1)])
        let buyers = try await shop.buyers(20) { _ in wish }
        let answers = await together(80) { index in
          let buyer = buyers[index / 4]
          let id = underOneKey ? CommandID(caller: "user-\(buyer.id)", key: "checkout") : CommandID()
          return (buyer.id, try await shop.checkOut(buyer, wish, by: shop.process(index), id: id))
        }
        var orders: [UserID: Set<OrderID>] = [:]
        for answer in answers {
          let (user, answer) = try answer.get()
          orders[user, default: []].insert(answer.orderID)
        }
        #expect(orders.values.allSatisfy { $0.count == 1 })
        try await shop.settle()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.confirmed == orders.values.flatMap { $0 }.sorted())
        #expect(ledger.stock[product]?.free == 80)
        #expect(shop.payments.operations.count == 40)
      }
    }

    @Test func `a basket whose payment failed is ordered again, as its second attempt`() async throws {
      try await Shop.open { shop in
        let product = try await shop.products(100)[0]
        try await shop.code("TEN", maxUsage: 20)
        let bad = Wish(lines: [(product, 1)], codes: ["TEN"], token: "sandbox_refuse")
        let good = Wish(lines: [(product, 1)], codes: ["TEN"])
        let buyers = try await shop.buyers(20) { _ in bad }
        let first = await shop.checkOutTogether(buyers) { _ in bad }
        try await shop.settle()
        let between = try await shop.ledger()
        #expect(between.faults == [])
        #expect(between.cancelled(.paymentFailed).count == 20)
        #expect(between.stock[product]?.free == 100)
        #expect(between.baskets.values.allSatisfy { $0.phase == .open && $0.attempt == 2 })
        let second = await shop.checkOutTogether(buyers) { _ in good }
        try await shop.settle()
        for (first, second) in zip(first, second) {
          #expect(try first.get().attempt == 1)
          #expect(try second.get().attempt == 2)
          #expect(try first.get().orderID != second.get().orderID)
        }
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.confirmed.count == 20)
        #expect(ledger.stock[product]?.free == 80)
      }
    }

    @Test func `two hundred orders at once have numbers of their own, later ones higher`() async throws {
      try await Shop.open { shop in
        let product = try await shop.products(1_000)[0]
        let wish = Wish(lines: [(product, 1)])
        let buyers = try await shop.buyers(210) { _ in wish }
        let first = try await shop.checkOutTogether(Array(buyers[..<200])) { _ in wish }.map { try $0.get().orderNumber }
        let then = try await shop.checkOutTogether(Array(buyers[200...])) { _ in wish }.map { try $0.get().orderNumber }
        #expect(Set(first).count == 200)
        #expect(first.max()! < then.min()!)
        try await shop.settle()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.confirmed.count == 210)
      }
    }

    @Test func `a number that was drawn twice is given to one order only`() async throws {
      try await Shop.open(runsSagas: false) { shop in
        let product = try await shop.products(100)[0]
        let wish = Wish(lines: [(product, 1)])
        let buyers = try await shop.buyers(20) { _ in wish }
        let results = await together(20) { index in
          let process = shop.process(index)
          return try await process.send(shop.prepare(buyers[index], wish, by: process, number: "ORD-20260101-0001"))
        }
        #expect(results.count { (try? $0.get()) != nil } == 1)
        for case .failure(let error) in results {
          guard case CommandError.refused(.claimTaken("order-number:ORD-20260101-0001", _)) = error else {
            Issue.record(error)
            continue
          }
        }
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.count(CheckoutStarted.type) == 1)
      }
    }

    @Test func `messages brought by recovery while they are handled have no second effect`() async throws {
      try await Shop.open { shop in
        let product = try await shop.products(25)[0]
        try await shop.code("TEN")
        let wish: @Sendable (Int) -> Wish = { index in
          let token = index.isMultiple(of: 5) ? "sandbox_refuse" : "sandbox_ok"
          return Wish(lines: [(product, 1)], codes: ["TEN"], token: token)
        }
        let buyers = try await shop.buyers(40, wish)
        // Both processes bring every message again, in any order, while the one with the lease does its work.
        let recovery = shop.processes.map { process in
          Task {
            while !Task.isCancelled {
              let messages = try await shop.ledger().events.filter { process.checkout.messageTypes.contains($0.type) }.shuffled()
              for message in messages { try? await process.checkout.handle(message) }
            }
          }
        }
        for answer in await shop.checkOutTogether(buyers, wish) { _ = try answer.get() }
        try await shop.settle()
        for task in recovery { task.cancel() }
        for task in recovery { _ = await task.result }
        try await shop.settle()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.unfinished == [])
        #expect(ledger.orders.count == 40)
        #expect(ledger.stock[product]?.reserved == Int64(ledger.confirmed.count))
        #expect(ledger.confirmed.count <= 25)
      }
    }

    @Test func `a provider's yes and its silence at the same moment end in one of the two`() async throws {
      try await Shop.open { shop in
        let product = try await shop.products(40)[0]
        let wish = Wish(lines: [(product, 1)], token: "sandbox_silent")
        let buyers = try await shop.buyers(40) { _ in wish }
        let orders = try await shop.checkOutTogether(buyers) { _ in wish }.map { try $0.get().orderID }
        try await shop.settle()
        try await together(80) { index in
          let order = orders[index / 2]
          do {
            if index.isMultiple(of: 2) {
              try await shop.one.send(AuthorisePayment(orderID: order, providerID: "late-\(order)"))
            } else {
              try await shop.two.send(FailPayment(orderID: order, reason: "silent"))
            }
          } catch is any Rejection {}
        }.check()
        try await shop.settle()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.unfinished == [])
        #expect(ledger.confirmed.count + ledger.cancelled(.paymentFailed).count == 40)
        #expect(ledger.stock[product]?.reserved == Int64(ledger.confirmed.count))
      }
    }

    @Test func `a customer who cancels while his order is on its way gets everything back`() async throws {
      try await Shop.open { shop in
        let product = try await shop.products(40)[0]
        try await shop.code("TEN", maxUsage: 40)
        let wish = Wish(lines: [(product, 1)], codes: ["TEN"])
        let buyers = try await shop.buyers(40) { _ in wish }
        let answers = await together(40) { index in
          let process = shop.process(index)
          let answer = try await shop.checkOut(buyers[index], wish, by: process)
          try await Task.sleep(for: .milliseconds(Int.random(in: 0...200)))
          return try await shop.process(index + 1).send(CancelOrder(orderID: answer.orderID, canceller: .customer(buyers[index].id)))
        }
        for answer in answers { _ = try answer.get() }
        try await shop.settle()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.unfinished == [])
        #expect(ledger.cancelled(.customer).count == 40)
        #expect(ledger.stock[product] == Stock.State(onHand: 40, reserved: 0))
        #expect(ledger.codes["TEN"]?.usage == 0)
      }
    }
  }
}
