import APIGateway
import Aggregates
import JSON

/// What there must be before somebody can buy.
struct Storefront: Sendable {
  let comptoir: Comptoir
  private let administrator: String
  private let tokens: TokenIssuer

  static func open(_ comptoir: Comptoir) async throws -> Storefront {
    Storefront(
      comptoir: comptoir, administrator: try await comptoir.administratorToken(), tokens: try await comptoir.installation.tokenIssuer())
  }

  /// Puts products on sale, each with more pieces than any figure sells.
  /// - Returns: their ids.
  func products(_ count: Int) async throws -> [Int64] {
    let connection = try await HTTPConnection.open(comptoir.port)
    var ids: [Int64] = []
    for number in 1...count {
      let body = #"{"name":"Article \#(number)","ref":"BENCH-\#(number)","price_ht":"19.90","stock":2000000000,"type_ids":[1]}"#
      let question = HTTPQuestion("POST", "/api/v1/products/admin/products", token: administrator, body: body)
      guard let id = try await connection.send(question).expecting(201).json["data"]?["id"]?.int64Value else {
        throw BenchmarkError("a new product has no id")
      }
      ids.append(id)
    }
    await connection.close()
    return ids
  }

  /// The households that were imported, as customers; each has one address, of the same number.
  func customers(_ count: Int) async throws -> [Customer] {
    var customers: [Customer] = []
    for number in 1...count {
      let id = JourneyFiles.firstID + Int64(number)
      customers.append(Customer(addressID: id, token: try await tokens.customer(UserID(id))))
    }
    return customers
  }
}

/// Somebody who buys.
struct Customer: Sendable {
  let addressID: Int64
  let token: String

  /// Adds one piece of a product to his open basket, which is opened when there is none.
  func adding(_ product: Int64) -> HTTPQuestion {
    HTTPQuestion("POST", "/api/v1/baskets/baskets/items", token: token, body: #"{"product_id":\#(product),"quantity":1}"#)
  }

  /// Buys what is in a basket, and waits for what becomes of it.
  func checkingOut(_ basket: Int64) -> HTTPQuestion {
    HTTPQuestion(
      "POST", "/api/v1/orders/orders/create-from-basket", token: token,
      body: #"{"basket_id":\#(basket),"billing_address_id":\#(addressID),"payment_token":"sandbox_ok"}"#,
      headers: [("idempotency-key", "checkout-\(basket)"), ("prefer", "wait=10")])
  }
}
