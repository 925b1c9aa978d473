import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

@Suite struct PurchaseTests {
  private static let registration =
    #"{"firstname":"Zoé","lastname":"Petit","email":"zoe@example.org","password":"Une phrase assez longue"}"#

  private func register(_ harness: Harness) async throws -> (id: Int64, token: String) {
    let answer = try await harness.send(.post, "/api/v1/auth/register", Self.registration)
    #expect(answer.status == 201)
    let data = try answer.json["data"]!
    return (data["user"]!["id"]!.int64Value!, data["token"]!.stringValue!)
  }

  @Test func `registration signs in once, and its repetition gives no token`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let key = ["Idempotency-Key": "r1"]
    let first = try await harness.send(.post, "/api/v1/auth/register", Self.registration, headers: key)
    let second = try await harness.send(.post, "/api/v1/auth/register", Self.registration, headers: key)
    #expect(try first.json["data"]?["token"]?.stringValue != nil)
    #expect(try second.json["data"]?["token"] == .null)
    #expect(try second.json["data"]?["user"] == first.json["data"]?["user"])
    #expect(second["Idempotency-Replayed"] == "true")
    let taken = try await harness.send(.post, "/api/v1/auth/register", Self.registration.replacing("zoe@", with: "ZOE@"))
    #expect(taken.status == 409)
    #expect(try taken.code == "already-taken")
    #expect(try taken.json["errors"]?[0]?["pointer"]?.stringValue == "/email")
  }

  @Test func `signing in needs the right pair, and tells nobody which half was wrong`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let (id, _) = try await register(harness)
    func login(_ email: String, _ password: String) async throws -> Answer {
      try await harness.send(.post, "/api/login", #"{"email":"\#(email)","password":"\#(password)"}"#)
    }
    let answer = try await login("Zoe@Example.org", "Une phrase assez longue")
    #expect(answer.status == 200)
    let caller = try await harness.services.tokens.verify(answer.json["data"]!["token"]!.stringValue!).caller
    #expect(caller.userID == UserID(id))
    #expect(caller.role == .customer)
    let wrong = try await login("zoe@example.org", "Une autre phrase longue")
    let unknown = try await login("nobody@example.org", "Une phrase assez longue")
    #expect(wrong.status == 401)
    #expect(try wrong.json["title"] == unknown.json["title"])
    #expect(try unknown.code == "invalid-credentials")
  }

  @Test(arguments: [
    (#""password":"short""#, "too-short"), (#""password":"password1234""#, "common-password"),
    (#""password":"Une phrase assez longue","role":"admin""#, "unknown-field"),
  ]) func `a registration with a bad password or a role is refused`(fields: String, code: String) async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let body = #"{"firstname":"A","lastname":"B","email":"a@b.fr",\#(fields)}"#
    #expect(try await harness.send(.post, "/api/v1/auth/register", body).code == code)
    #expect(try await harness.log.head() == .start)
  }

  @Test func `a basket becomes an order once, however often the request is repeated`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let (user, token) = try await register(harness)
      try await databases.execute("baskets_service_db", "insert into address_copies values (77, \(user), 'both', true);")
      try await databases.execute("baskets_service_db", "update product_copies set withdrawal_exclusion = 'perishable' where id = 1;")
      let item = try await harness.send(.post, "/api/v1/baskets/baskets/items", #"{"product_id":1,"quantity":2}"#, token: token)
      #expect(item.status == 201)
      #expect(try item.json["data"]?["subtotal"]?.stringValue == "1666.66")
      let basket = try item.json["data"]!["basket_id"]!.int64Value!
      for (body, code) in [
        (#"{"product_id":1,"quantity":4}"#, "insufficient-stock"), (#"{"product_id":99,"quantity":1}"#, "product-unavailable"),
      ] {
        #expect(try await harness.send(.post, "/api/v1/baskets/baskets/items", body, token: token).code == code)
      }
      let checkout = "/api/v1/orders/orders/create-from-basket"
      let body = #"{"basket_id":\#(basket),"billing_address_id":77,"payment_token":"sandbox_ok"}"#
      #expect(try await harness.send(.post, checkout, body, token: token).code == "idempotency-key-missing")
      let foreign = body.replacing("77", with: "1")
      #expect(try await harness.send(.post, checkout, foreign, token: token, headers: ["Idempotency-Key": "c0"]).code == "address-unusable")
      let other = try await harness.token(2)
      #expect(try await harness.send(.post, checkout, body, token: other, headers: ["Idempotency-Key": "c0"]).code == "not-found")

      let placed = try await harness.send(.post, checkout, body, token: token, headers: ["Idempotency-Key": "c1", "Prefer": "wait=0"])
      #expect(placed.status == 201)
      #expect(placed["Preference-Applied"] == "wait=0")
      let order = try placed.json["data"]!
      #expect(order["status"]?.stringValue == "pending")
      #expect(order["total_amount_ttc"]?.stringValue == "1999.99")
      #expect(order["order_number"]!.stringValue!.hasPrefix("ORD-"))
      #expect(placed["Location"] == "/api/v1/orders/orders/\(order["order_id"]!.int64Value!)")

      let again = try await harness.send(.post, checkout, body, token: token, headers: ["Idempotency-Key": "c1"])
      #expect(again.status == 201)
      #expect(again["Idempotency-Replayed"] == "true")
      #expect(try again.json["data"]?["order_id"] == order["order_id"])
      let orders = try await harness.log.readLog(after: .start, filter: EventFilter(types: ["OrderPlaced"]), limit: 10).events
      #expect(orders.count == 1)
      // What the product says of withdrawals stands in the order's line for good.
      let lines = try JSONValue(parsing: orders[0].payload)["lines"]
      #expect(lines?.arrayValue?.map { $0["withdrawal_exclusion"] } == ["perishable"])

      let cancel = "/api/v1/orders/orders/\(order["order_id"]!.int64Value!)/cancel"
      #expect(try await harness.send(.put, cancel, "{}", token: other).code == "not-found")
      #expect(try await harness.send(.put, cancel, "{}", token: token).json["data"]?["status"]?.stringValue == "cancelled")
    }
  }

  @Test func `the day of an order number is that of Paris`() {
    func day(_ text: String) -> String { ParisDay(at: Timestamp(rfc3339: text)!).text() }
    #expect(day("2026-11-24T22:59:59Z") == "20261124")
    #expect(day("2026-11-24T23:00:00Z") == "20261125")
    #expect(day("2026-07-01T22:00:00Z") == "20260702")
    #expect(day("2026-03-29T00:59:59Z") == "20260329")
    #expect(day("2026-10-25T22:30:00Z") == "20261025")
    #expect(day("2026-10-24T22:30:00Z") == "20261025")
    #expect(OrderNumber.text(day: "20261124", number: 1) == "ORD-20261124-0001")
    #expect(OrderNumber.text(day: "20261124", number: 12_345) == "ORD-20261124-12345")
  }
}
