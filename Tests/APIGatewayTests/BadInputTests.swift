import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

/// What the issue calls bad input, on the routes of a purchase: each kind its own problem, and nothing changed by any.
@Suite struct BadInputTests {
  private static let items = "/api/v1/baskets/baskets/items"
  private static let checkout = "/api/v1/orders/orders/create-from-basket"

  @Test func `each kind of bad input of a purchase has its own problem and changes nothing`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let (owner, other) = (try await harness.token(1), try await harness.token(2))
      let filled = try await harness.send(
        .post, Self.items, #"{"product_id":1,"quantity":2}"#, token: owner, headers: ["Idempotency-Key": "fill"])
      let basket = try #require(try filled.json["data"]?["basket_id"]?.int64Value)
      let line = try #require(try filled.json["data"]?["id"]?.int64Value)
      // The other one has a basket of his own: what he is told of hers does not hang on that.
      _ = try await harness.send(.post, Self.items, #"{"product_id":1,"quantity":1}"#, token: other)
      let before = try await harness.log.head()

      let order = #"{"basket_id":\#(basket),"billing_address_id":1,"payment_token":"sandbox_ok"}"#
      let long = String(repeating: "x", count: 51)
      let cases: [(what: String, method: HTTPRequest.Method, path: String, body: String?, token: String, status: Int, code: String)] = [
        ("unknown field", .post, Self.items, #"{"product_id":1,"quantity":1,"price":1}"#, owner, 422, "unknown-field"),
        ("wrong type", .post, Self.items, #"{"product_id":1,"quantity":"1"}"#, owner, 422, "wrong-type"),
        ("missing field", .post, Self.items, #"{"product_id":1}"#, owner, 422, "missing-field"),
        ("overlong text", .post, "/api/v1/baskets/baskets/promo-codes", #"{"code":"\#(long)"}"#, owner, 422, "too-long"),
        ("U+0000", .post, "/api/v1/baskets/baskets/promo-codes", #"{"code":"A\u0000"}"#, owner, 422, "nul-character"),
        ("negative quantity", .post, Self.items, #"{"product_id":1,"quantity":-1}"#, owner, 422, "too-small"),
        ("overflowing quantity", .put, "\(Self.items)/\(line)", #"{"quantity":9223372036854775808}"#, owner, 422, "too-large"),
        ("invalid JSON", .post, Self.items, #"{"product_id":1,"quantity":}"#, owner, 400, "invalid-json"),
        (
          "body over the limit", .post, Self.items, #"{"product_id":1,"note":"\#(String(repeating: "x", count: 1_000))"}"#, owner, 413,
          "body-too-large"
        ),
        ("unknown product", .post, Self.items, #"{"product_id":99,"quantity":1}"#, owner, 422, "product-unavailable"),
        ("unknown line", .put, "\(Self.items)/999", #"{"quantity":1}"#, owner, 404, "not-found"),
        ("unknown code", .post, "/api/v1/baskets/baskets/promo-codes", #"{"code":"NOBODYS"}"#, owner, 422, "promo-code-invalid"),
        ("another user's line", .put, "\(Self.items)/\(line)", #"{"quantity":1}"#, other, 404, "not-found"),
        ("another user's basket", .post, Self.checkout, order, other, 404, "not-found"),
        ("reused key with another body", .post, Self.items, #"{"product_id":2,"quantity":1}"#, owner, 422, "idempotency-key-reused"),
      ]
      for bad in cases {
        let headers = bad.path == Self.checkout || bad.code == "idempotency-key-reused" ? ["Idempotency-Key": "fill"] : [:]
        let answer = try await harness.send(bad.method, bad.path, bad.body, token: bad.token, headers: headers)
        #expect(answer.status == bad.status, "\(bad.what)")
        let type = try answer.json["type"]?.stringValue
        #expect(type == ProblemCode(rawValue: bad.code)?.type, "\(bad.what)")
        let after = try await harness.log.head()
        #expect(after == before, "\(bad.what)")
      }
      // Which version an administrator saw, and how far a reader has read.
      let stale = try await harness.send(
        .delete, "/api/v1/baskets/admin/baskets/\(basket)", token: harness.token(3, .superAdmin), headers: ["If-Match": "\"v1\""])
      #expect(stale.status == 412)
      #expect(try stale.code == "precondition-failed")
      let ahead = try await harness.send(
        .get, "/api/v1/products/vat/1", headers: ["Comptoir-Min-Position": "\(before.rawValue + 1)"])
      #expect(ahead.status == 422)
      #expect(try ahead.code == "position-ahead")
      #expect(try await harness.log.head() == before)
    }
  }
}
