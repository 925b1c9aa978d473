import EventSourcing
import Testing

@testable import Aggregates

extension Races {
  @Suite struct OverPromoCodes {
    @Test func `of fifty checkouts with a code for one exactly one gets it`() async throws {
      try await Shop.open { shop in
        let product = try await shop.products(100)[0]
        try await shop.code("ONCE", maxUsage: 1)
        let wish = Wish(lines: [(product, 1)], codes: ["ONCE"])
        let buyers = try await shop.buyers(50) { _ in wish }
        let refused = await shop.checkOutTogether(buyers) { _ in wish }.compactMap { refusal($0) }
        #expect(refused.count == 49)
        #expect(refused.allSatisfy { $0 == .codeNotUsable(code: "ONCE", .usageLimitReached) })
        try await shop.settle()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.confirmed.count == 1)
        #expect(ledger.codes["ONCE"]?.usage == 1)
        #expect(ledger.count(PromoRedeemed.type) == 1)
        // A refused checkout leaves nothing behind.
        #expect(ledger.baskets.values.count { $0.phase == .open } == 49)
        #expect(ledger.count(CheckoutStarted.type) == 1)
      }
    }

    @Test func `the last use of a limited code is accepted, the one after it is not`() async throws {
      try await Shop.open { shop in
        let product = try await shop.products(100)[0]
        try await shop.code("THREE", maxUsage: 3)
        let wish = Wish(lines: [(product, 1)], codes: ["THREE"])
        let buyers = try await shop.buyers(14) { _ in wish }
        for buyer in buyers[..<2] { try await shop.checkOut(buyer, wish, by: shop.one) }
        // One use is left, for twelve.
        let last = await shop.checkOutTogether(Array(buyers[2...])) { _ in wish }
        #expect(last.count { refusal($0) == nil } == 1)
        try await shop.settle()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.confirmed.count == 3)
        #expect(ledger.codes["THREE"]?.usage == 3)
      }
    }

    @Test func `the same checkout by two processes at once uses the code once and is refused to neither`() async throws {
      try await Shop.open { shop in
        let product = try await shop.products(100)[0]
        try await shop.code("ONCE", maxUsage: 1)
        let wish = Wish(lines: [(product, 1)], codes: ["ONCE"])
        let buyer = try await shop.buyers(1) { _ in wish }[0]
        let answers = await together(20) { index in try await shop.checkOut(buyer, wish, by: shop.process(index)) }
        #expect(Set(try answers.map { try $0.get().orderID }).count == 1)
        try await shop.settle()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.confirmed.count == 1)
        #expect(ledger.count(PromoClaimed.type) == 1)
        #expect(ledger.count(PromoRedeemed.type) == 1)
      }
    }

    @Test func `a cancelled order's use can be used again, by one`() async throws {
      try await Shop.open { shop in
        let product = try await shop.products(100)[0]
        try await shop.code("ONCE", maxUsage: 1)
        let wish = Wish(lines: [(product, 1)], codes: ["ONCE"])
        let buyers = try await shop.buyers(11) { _ in wish }
        let first = try await shop.checkOut(buyers[0], wish, by: shop.one)
        try await shop.settle()
        #expect(refusal(await shop.checkOutTogether([buyers[1]]) { _ in wish }[0]) != nil)
        try await shop.two.send(CancelOrder(orderID: first.orderID, canceller: .customer(buyers[0].id)))
        try await shop.settle()
        #expect(try await shop.ledger().codes["ONCE"]?.usage == 0)
        let again = await shop.checkOutTogether(Array(buyers[1...])) { _ in wish }
        #expect(again.count { refusal($0) == nil } == 1)
        try await shop.settle()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.confirmed.count == 1)
        #expect(ledger.codes["ONCE"]?.usage == 1)
        #expect(ledger.orders[first.orderID]?.status == .refunded)
      }
    }

    @Test func `a code that takes nothing off is not used up`() async throws {
      try await Shop.open { shop in
        let product = try await shop.products(100)[0]
        // A hundredth of a percent of 10.00 is less than half a cent.
        try await shop.code("CRUMB", hundredths: 1, maxUsage: 1)
        let wish = Wish(lines: [(product, 1)], codes: ["CRUMB"])
        let buyers = try await shop.buyers(10) { _ in wish }
        for answer in await shop.checkOutTogether(buyers, { _ in wish }) { _ = try answer.get() }
        try await shop.settle()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.confirmed.count == 10)
        #expect(ledger.codes["CRUMB"]?.usage == 0)
      }
    }

    @Test func `a code for one use each is used once by a buyer, and by every buyer`() async throws {
      try await Shop.open { shop in
        let product = try await shop.products(100)[0]
        try await shop.code("HELLO", maxUsagePerUser: 1)
        let wish = Wish(lines: [(product, 1)], codes: ["HELLO"])
        let buyers = try await shop.buyers(10) { _ in wish }
        // The buyer has two baskets with the code on them: one on its way to becoming an order, and a new one.
        for answer in await shop.checkOutTogether(buyers, { _ in wish }) { _ = try answer.get() }
        try await shop.settle()
        do {
          _ = try await shop.another(buyers[0], with: wish)
          Issue.record("the code was taken a second time")
        } catch let error as BasketRejection {
          #expect(error == .codeNotUsable(code: "HELLO", .customerLimitReached))
        }
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.codes["HELLO"]?.usage == 10)
      }
    }
  }
}

/// Why a basket's command was refused; nil when it was not. Anything else is a failure of the test.
private func refusal<Answer>(_ result: Result<Answer, any Error>) -> BasketRejection? {
  switch result {
  case .success: return nil
  case .failure(let error as BasketRejection): return error
  case .failure(let error):
    Issue.record(error)
    return nil
  }
}
