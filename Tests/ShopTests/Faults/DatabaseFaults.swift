import EventSourcing
import Postgres
import ProcessManagers
import Testing

@testable import Aggregates

extension Faults {
  @Suite struct OfTheDatabase {
    @Test func `checkouts whose connections are cut again and again come to their end, each once`() async throws {
      try await Shop.open { shop in
        let product = try await shop.products(45)[0]
        try await shop.code("TEN", maxUsage: 60)
        let wish = Wish(lines: [(product, 1)], codes: ["TEN"])
        let buyers = try await shop.buyers(60) { _ in wish }
        let cutting = Task {
          var cut = 0
          for _ in 0..<12 {
            cut += try await shop.cutConnections()
            try await Task.sleep(for: .milliseconds(Int.random(in: 50...400)))
          }
          return cut
        }
        let answers = await together(60) { index in
          // Spread over the time in which connections are cut.
          try await Task.sleep(for: .milliseconds(index * 40))
          let (process, id) = (shop.process(index), CommandID())
          return try await patiently { try await shop.checkOut(buyers[index], wish, by: process, id: id) }
        }
        #expect(try await cutting.value > 0)
        try await shop.settle()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.unfinished == [])
        #expect(ledger.confirmed.count == 45)
        #expect(ledger.cancelled(.inventoryFailed).count == 15)
        #expect(ledger.stock[product] == Stock.State(onHand: 45, reserved: 45))
        for answer in answers {
          let answer = try answer.get()
          #expect(ledger.orders[answer.orderID]?.orderNumber == answer.orderNumber)
        }
      }
    }

    @Test func `without the database commands are refused in time, and everything goes on when it is back`() async throws {
      try await Shop.open { shop in
        let product = try await shop.products(30)[0]
        let wish = Wish(lines: [(product, 1)])
        let buyers = try await shop.buyers(30) { _ in wish }
        // Some orders are on their way when the database goes.
        for answer in await shop.checkOutTogether(Array(buyers[..<20]), { _ in wish }) { _ = try answer.get() }
        let ids = (0..<30).map { _ in CommandID() }
        let prepared = try await together(10) { try await shop.prepare(buyers[20 + $0], wish, by: shop.process($0)) }.map { try $0.get() }
        try await shop.withoutLog {
          let begin = ContinuousClock.now
          let refused = await together(10) { index in
            try await shop.process(index).executor.execute(
              prepared[index], id: ids[index], idempotency: .client(requestHash: Array(repeating: 7, count: 32), keep: .seconds(3_600)))
          }
          for result in refused {
            switch result {
            case .failure(CommandError.unavailable), .failure(is PostgresError): break
            case .failure(let error): Issue.record(error)
            case .success: Issue.record("a command was carried out without a database")
            }
          }
          // A group is sent again for ten seconds before it is given up, and with it whatever waits behind it.
          #expect(ContinuousClock.now - begin < .seconds(15))
        }
        try await together(10) { index in
          let process = shop.process(index)
          let answer = try await patiently { try await process.send(prepared[index], id: ids[index]) }
          _ = try await patiently { try await process.checkout.place(basketID: answer.basketID, attempt: answer.attempt) }
        }.check()
        try await shop.settle()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.unfinished == [])
        #expect(ledger.confirmed.count == 30)
        #expect(ledger.stock[product]?.free == 0)
      }
    }
  }
}

/// Asks again, as a client does, while the database cannot be reached.
private func patiently<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
  let deadline = ContinuousClock.now + .seconds(60)
  while true {
    do {
      return try await body()
    } catch CommandError.unavailable where ContinuousClock.now < deadline {
    } catch is PostgresError where ContinuousClock.now < deadline {
    }
    try await Task.sleep(for: .milliseconds(50))
  }
}
