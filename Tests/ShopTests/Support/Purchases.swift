import Foundation
import JSON
import Synchronization
import Testing

@testable import Aggregates

/// Checkouts that were answered, as the customers noted them.
final class Acknowledgements: Sendable {
  struct Checkout: Sendable {
    var key: String
    var body: String
    var order: OrderID
    var customer: Customer
    var token = "sandbox_ok"
  }

  private let list = Mutex<[Checkout]>([])

  func add(_ checkout: Checkout) { list.withLock { $0.append(checkout) } }

  var all: [Checkout] { list.withLock { $0 } }
}

/// Somebody with an account and an address, who sends each request until it is answered.
struct Customer: Sendable {
  var client: ShopClient
  var address: Int64

  /// Registers with the running program.
  static func register(_ index: Int, _ url: String) async throws -> Customer {
    var client = ShopClient(url)
    let account = #"{"firstname":"Ada","lastname":"Buyer","email":"ada\#(index)@example.org","password":"a long enough sentence"}"#
    client.token = try await client.insist("POST", "/api/v1/auth/register", account, key: "register-\(index)")["token"]?.stringValue
    let place =
      #"{"type":"both","first_name":"Ada","last_name":"Buyer","address_line_1":"1 rue de la Paix","city":"Paris","#
      + #""postal_code":"75002","country_id":3,"is_default":true}"#
    let address = try await client.insist("POST", "/api/v1/addresses/addresses", place, key: "address").number("id")
    return Customer(client: client, address: address)
  }

  /// Fills baskets and checks them out, one after the other.
  func buy(
    _ product: ProductID, times: Int, _ acknowledgements: Acknowledgements, token: String = "sandbox_ok"
  ) async throws {
    for round in 0..<times {
      let item = #"{"product_id":\#(product),"quantity":1}"#
      let basket = try await client.insist("POST", "/api/v1/baskets/baskets/items", item, key: "item-\(round)").number("basket_id")
      let body = #"{"basket_id":\#(basket),"billing_address_id":\#(address),"payment_token":"\#(token)"}"#
      let key = "checkout-\(round)"
      let answer = try await client.insist("POST", "/api/v1/orders/orders/create-from-basket", body, key: key)
      acknowledgements.add(.init(key: key, body: body, order: OrderID(try answer.number("order_id")), customer: self, token: token))
    }
  }
}

/// Puts a product on sale as the administrator.
func addProduct(_ url: String, stock: Int) async throws -> ProductID {
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

extension Shop {
  /// Waits for the end of all orders, then: each acknowledged checkout is there once and was confirmed, its key still knows its answer,
  /// stock adds up, and the rows that readers see are what the log says.
  func check(_ acknowledged: [Acknowledgements.Checkout], count: Int, of product: ProductID, stock: Int64) async throws {
    #expect(acknowledged.count == count)
    #expect(Set(acknowledged.map(\.order)).count == count)
    try await until("all orders' end") {
      let ledger = try await self.ledger()
      return ledger.faults.isEmpty && ledger.unfinished.isEmpty
    }
    let ledger = try await self.ledger()
    #expect(ledger.confirmed == acknowledged.map(\.order).sorted())
    #expect(ledger.stock[product] == Stock.State(onHand: stock, reserved: Int64(count)))
    #expect(ledger.orders.values.allSatisfy { $0.lines.map(\.quantity) == [1] }, "no line was added twice")
    for purchase in acknowledged {
      let path = "/api/v1/orders/orders/create-from-basket"
      let again = try await purchase.customer.client.insist("POST", path, purchase.body, key: purchase.key)
      #expect(try again.number("order_id") == purchase.order.rawValue)
    }
    #expect(try await self.ledger().orders.count == count)
    try await until("the rows are what the log says") { try await self.rowDifferences(ledger).isEmpty }
    let row = try await acknowledged[0].customer.client.insist("GET", "/api/v1/orders/orders/\(acknowledged[0].order)")
    #expect(String(decoding: row.json.serialized, as: UTF8.self).contains("\"confirmed\""))
  }
}
