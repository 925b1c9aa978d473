import EventSourcing
import Foundation
import JSON
import Testing

@testable import Aggregates

extension Faults {
  @Suite struct OfTheProgram {
    @Test func `what was acknowledged before a kill -9 is there once, and every order comes to its end`() async throws {
      try await Shop.open(runsSagas: false, databases: nil) { shop in
        let folder = URL.temporaryDirectory.appending(path: "comptoir-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (port, environment) = (try freePort(), shop.environment(in: folder))
        func start() async throws -> ComptoirProcess {
          try await ComptoirProcess(environment, port: port, output: folder.appending(path: "output"))
        }
        var program = try await start()
        defer { program.kill() }

        let product = try await addProduct(program.url, stock: 1_000)
        let customers = try await together(6) { [url = program.url] in try await Customer.register($0, url) }.map { try $0.get() }
        let acknowledgements = Acknowledgements()
        let shopping = customers.map { customer in Task { try await customer.buy(product, times: 8, acknowledgements) } }
        for _ in 0..<3 {
          try await Task.sleep(for: .milliseconds(Int.random(in: 700...1_500)))
          program.kill()
          program = try await start()
        }
        for task in shopping { try await task.value }

        // The dead program's lease runs out, then its successor goes on where it stopped.
        try await shop.check(acknowledgements.all, count: 48, of: product, stock: 1_000)
      }
    }

    @Test func `without the database requests are answered 503 in time, and the same requests succeed when it is back`() async throws {
      try await Shop.open(runsSagas: false, databases: nil) { shop in
        let folder = URL.temporaryDirectory.appending(path: "comptoir-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = try await ComptoirProcess(
          shop.environment(in: folder), port: try freePort(), output: folder.appending(path: "output"))
        defer { program.kill() }
        let product = try await addProduct(program.url, stock: 20)
        let customers = try await together(4) { [url = program.url] in try await Customer.register($0, url) }.map { try $0.get() }
        // Known to the basket's copies before the database goes.
        for customer in customers { try await customer.buy(product, times: 1, Acknowledgements()) }
        let item = #"{"product_id":\#(product),"quantity":1}"#
        try await shop.withoutLog {
          let begin = ContinuousClock.now
          let answers = await together(4) {
            try await customers[$0].client.send("POST", "/api/v1/baskets/baskets/items", item, key: "gone")
          }
          let statuses = try answers.map { try $0.get().status }
          #expect(statuses == [503, 503, 503, 503])
          #expect(ContinuousClock.now - begin < .seconds(25))
        }
        for customer in customers {
          let answer = try await customer.client.insist("POST", "/api/v1/baskets/baskets/items", item, key: "gone")
          #expect(answer["amount"] == .string("49.90"), "added once")
        }
        try await shop.until("all orders' end") {
          let ledger = try await shop.ledger()
          return ledger.faults.isEmpty && ledger.unfinished.isEmpty
        }
        #expect(try await shop.ledger().confirmed.count == 4)
      }
    }
  }
}
