import EventSourcing
import Foundation
import JSON
import Testing

@testable import Aggregates

extension Faults {
  @Suite struct OfTheProgram {
    /// A checkout that was answered.
    private struct Acknowledged: Sendable {
      var key: String
      var body: String
      var order: OrderID
      var customer: Int
    }

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
        let customers = try await together(6) { [url = program.url] in try await register($0, url) }.map { try $0.get() }
        let shopping = customers.enumerated().map { index, customer in
          Task { try await buy(index, customer.client, customer.address, product, times: 8) }
        }
        for _ in 0..<3 {
          try await Task.sleep(for: .milliseconds(Int.random(in: 700...1_500)))
          program.kill()
          program = try await start()
        }
        var acknowledged: [Acknowledged] = []
        for task in shopping { acknowledged += try await task.value }
        #expect(acknowledged.count == 48)
        #expect(Set(acknowledged.map(\.order)).count == 48)

        // The dead program's lease runs out, then its successor goes on where it stopped.
        try await shop.until("all orders' end") {
          let ledger = try await shop.ledger()
          return ledger.faults.isEmpty && ledger.unfinished.isEmpty
        }
        let ledger = try await shop.ledger()
        #expect(ledger.confirmed == acknowledged.map(\.order).sorted())
        #expect(ledger.stock[product] == Stock.State(onHand: 1_000, reserved: 48))
        #expect(ledger.orders.values.allSatisfy { $0.lines.map(\.quantity) == [1] }, "no line was added twice")

        // The keys still know their answers, and the rows agree with the log.
        for purchase in acknowledged {
          let client = customers[purchase.customer].client
          let again = try await client.insist("POST", "/api/v1/orders/orders/create-from-basket", purchase.body, key: purchase.key)
          #expect(try again.number("order_id") == purchase.order.rawValue)
          try await shop.until("the row of order \(purchase.order)") {
            let row = try await client.insist("GET", "/api/v1/orders/orders/\(purchase.order)")
            return String(decoding: row.json.serialized, as: UTF8.self).contains("\"confirmed\"")
          }
        }
        #expect(try await shop.ledger().orders.count == 48)
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
        let customers = try await together(4) { [url = program.url] in try await register($0, url) }.map { try $0.get() }
        // Known to the basket's copies before the database goes.
        for (index, customer) in customers.enumerated() {
          _ = try await buy(index, customer.client, customer.address, product, times: 1)
        }
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

    private func addProduct(_ url: String, stock: Int) async throws -> ProductID {
      var admin = ShopClient(url)
      let login = #"{"email":"admin@shop.example","password":"an administrator's sentence"}"#
      // The account's row comes through the read side.
      admin.token = try await insistOnLogin(admin, login)
      let body = #"{"name":"Coffee mill","ref":"MILL-1","price_ht":"49.90","stock":\#(stock),"type_ids":[1]}"#
      let answer = try await admin.insist("POST", "/api/v1/products/admin/products", body, key: "mill")
      return ProductID(try answer.number("id"))
    }

    private func insistOnLogin(_ client: ShopClient, _ login: String) async throws -> String {
      for _ in 0..<100 {
        if let answer = try? await client.send("POST", "/api/v1/auth/login", login), let token = answer["token"]?.stringValue {
          return token
        }
        try await Task.sleep(for: .milliseconds(100))
      }
      throw ShopClient.Unexpected(status: 401, body: "the administrator cannot sign in")
    }

    private func register(_ index: Int, _ url: String) async throws -> (client: ShopClient, address: Int64) {
      var client = ShopClient(url)
      let account = #"{"firstname":"Ada","lastname":"Buyer","email":"ada\#(index)@example.org","password":"a long enough sentence"}"#
      client.token = try await client.insist("POST", "/api/v1/auth/register", account, key: "register-\(index)")["token"]?.stringValue
      let place =
        #"{"type":"both","first_name":"Ada","last_name":"Buyer","address_line_1":"1 rue de la Paix","city":"Paris","#
        + #""postal_code":"75002","country_id":3,"is_default":true}"#
      let address = try await client.insist("POST", "/api/v1/addresses/addresses", place, key: "address").number("id")
      return (client, address)
    }

    /// Fills baskets and checks them out, one after the other; each request is sent until it is answered.
    private func buy(
      _ customer: Int, _ client: ShopClient, _ address: Int64, _ product: ProductID, times: Int
    ) async throws -> [Acknowledged] {
      var acknowledged: [Acknowledged] = []
      for round in 0..<times {
        let item = #"{"product_id":\#(product),"quantity":1}"#
        let basket = try await client.insist("POST", "/api/v1/baskets/baskets/items", item, key: "item-\(round)").number("basket_id")
        let body = #"{"basket_id":\#(basket),"billing_address_id":\#(address),"payment_token":"sandbox_ok"}"#
        let key = "checkout-\(round)"
        let answer = try await client.insist("POST", "/api/v1/orders/orders/create-from-basket", body, key: key)
        acknowledged.append(Acknowledged(key: key, body: body, order: OrderID(try answer.number("order_id")), customer: customer))
      }
      return acknowledged
    }
  }
}
