import EventSourcing
import ProcessManagers
import Testing

@testable import Aggregates

extension Races {
  @Suite struct OverStock {
    @Test func `of fifty buyers of the last piece exactly one gets it`() async throws {
      try await Shop.open { shop in
        let product = try await shop.products(1)[0]
        let wish = Wish(lines: [(product, 1)])
        let buyers = try await shop.buyers(50) { _ in wish }
        let answers = await shop.checkOutTogether(buyers) { _ in wish }
        for answer in answers { _ = try answer.get() }
        try await shop.settle()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.unfinished == [])
        #expect(ledger.confirmed.count == 1)
        #expect(ledger.cancelled(.inventoryFailed).count == 49)
        #expect(ledger.stock[product] == Stock.State(onHand: 1, reserved: 1))
        // The others may order again, something else.
        for (index, answer) in answers.enumerated() {
          let order = try answer.get().orderID
          guard ledger.orders[order]?.status == .cancelled else { continue }
          #expect(ledger.baskets[buyers[index].basketID]?.phase == .open)
          #expect(ledger.baskets[buyers[index].basketID]?.attempt == 2)
        }
        #expect(shop.payments.operations.count == 2, "one authorised and captured")
      }
    }

    @Test func `five hundred buyers of two products in opposite order share one hundred pieces of each without a deadlock`() async throws {
      try await Shop.open { shop in
        let products = try await shop.products(100, 100)
        let wish: @Sendable (Int) -> Wish = { index in
          let lines: [(product: ProductID, quantity: Int64)] = [(products[0], 2), (products[1], 2)]
          return Wish(lines: index.isMultiple(of: 2) ? lines : lines.reversed())
        }
        let buyers = try await shop.buyers(500, wish)
        for answer in await shop.checkOutTogether(buyers, wish) { _ = try answer.get() }
        try await shop.settle()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.unfinished == [])
        #expect(ledger.confirmed.count == 50)
        #expect(ledger.cancelled(.inventoryFailed).count == 450)
        for product in products { #expect(ledger.stock[product] == Stock.State(onHand: 100, reserved: 100)) }
      }
    }

    @Test func `two processes that know nothing of each other sell no piece twice`() async throws {
      try await Shop.open(runsSagas: false) { shop in
        let product = try await shop.products(200)[0]
        let outcomes = await together(400) { index in
          try await shop.process(index).send(
            ReserveStock(orderID: OrderID(Int64(5_000 + index)), items: [StockItem(productID: product, quantity: 1)], expiresAt: later))
        }
        #expect(try outcomes.count { try $0.get().status == .held } == 200)
        #expect(try outcomes.count { try $0.get().status == .refused } == 200)
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.stock[product] == Stock.State(onHand: 200, reserved: 200))
      }
    }

    @Test func `two processes whose buyers come back until nothing is left each sell at least a quarter`() async throws {
      try await Shop.open(runsSagas: false) { shop in
        let product = try await shop.products(600)[0]
        let sold = try await together(32) { buyer -> Int64 in
          for purchase in 0... {
            let order = OrderID(Int64(5_000 + buyer * 1_000 + purchase))
            let items = [StockItem(productID: product, quantity: 1)]
            let outcome = try await shop.process(buyer).send(ReserveStock(orderID: order, items: items, expiresAt: later))
            if outcome.status != .held { return Int64(purchase) }
          }
          return 0
        }.map { try $0.get() }
        let shares = [0, 1].map { process in sold.indices.filter { $0 % 2 == process }.reduce(0) { $0 + sold[$1] } }
        #expect(shares.reduce(0, +) == 600)
        #expect(shares.allSatisfy { $0 >= 150 }, "\(shares)")
        let ledger = try await shop.ledger()
        #expect(ledger.faults == [])
        #expect(ledger.stock[product] == Stock.State(onHand: 600, reserved: 600))
      }
    }

    @Test func `the same order asked for by both processes at once holds its pieces once`() async throws {
      try await Shop.open(runsSagas: false) { shop in
        let product = try await shop.products(30)[0]
        let outcomes = await together(120) { index in
          try await shop.process(index).send(
            ReserveStock(
              orderID: OrderID(Int64(5_000 + index / 4)), items: [StockItem(productID: product, quantity: 1)], expiresAt: later))
        }
        #expect(try outcomes.allSatisfy { try $0.get().status == .held })
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.count(StockReserved.type) == 30)
        #expect(ledger.stock[product]?.free == 0)
      }
    }

    @Test func `lines of one product are summed before they are compared with what is free`() async throws {
      try await Shop.open(runsSagas: false) { shop in
        let product = try await shop.products(5)[0]
        let twice = [StockItem(productID: product, quantity: 1), StockItem(productID: product, quantity: 1)]
        let outcomes = await together(20) { index in
          try await shop.process(index).send(ReserveStock(orderID: OrderID(Int64(5_000 + index)), items: twice, expiresAt: later))
        }
        #expect(try outcomes.count { try $0.get().status == .held } == 2)
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.stock[product] == Stock.State(onHand: 5, reserved: 4))
        #expect(ledger.reservations.values.allSatisfy { $0.status == .refused || $0.items == [StockItem(productID: product, quantity: 2)] })
      }
    }

    @Test func `commands that skip the checkout cannot oversell either`() async throws {
      try await Shop.open(runsSagas: false) { shop in
        let product = try await shop.products(30)[0]
        let outcomes = await together(90) { index -> Bool in
          let process = shop.process(index)
          if index.isMultiple(of: 3) {
            do {
              try await process.send(AdjustStock(productID: product, .decrement(1)))
              return true
            } catch StockRejection.insufficient {
              return false
            }
          }
          let order = OrderID(Int64(5_000 + index))
          let items = [StockItem(productID: product, quantity: 1)]
          return try await process.send(ReserveStock(orderID: order, items: items, expiresAt: later)).status == .held
        }
        #expect(try outcomes.count { try $0.get() } == 30)
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.stock[product]?.free == 0)
        #expect(ledger.stock[product]?.onHand == 30 - Int64(ledger.count(StockAdjusted.type) - 1))
      }
    }

    @Test func `holds that run out while they are confirmed, and others who wait for the pieces, share what there is`() async throws {
      try await Shop.open(runsSagas: false) { shop in
        let product = try await shop.products(20)[0]
        let items = [StockItem(productID: product, quantity: 1)]
        let orders = (0..<20).map { OrderID(Int64(5_000 + $0)) }
        for (index, order) in orders.enumerated() {
          try await shop.process(index).send(ReserveStock(orderID: order, items: items, expiresAt: .now()))
        }
        try await together(60) { index in
          let order = orders[index % 20]
          switch index / 20 {
          case 0: try await shop.one.send(ConfirmReservation(orderID: order))
          case 1: try await shop.two.send(ExpireReservation(orderID: order))
          default:
            let other = OrderID(Int64(6_000 + index))
            try await shop.process(index).send(ReserveStock(orderID: other, items: items, expiresAt: later))
          }
        }.map { $0.map { _ in } }.check()
        let ledger = try await shop.ledgerAndRows()
        #expect(ledger.faults == [])
        #expect(ledger.stock[product] == Stock.State(onHand: 20, reserved: 20))
        // Each order was answered: its pieces are its own for good, or somebody else has them.
        #expect(orders.allSatisfy { [.firm, .refused].contains(ledger.reservations[$0]!.status) })
      }
    }
  }
}

private let later = Timestamp.now() + .seconds(3_600)
