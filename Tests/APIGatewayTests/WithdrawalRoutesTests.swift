import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

/// The withdrawal through HTTP: the order comes from the sample rows, the rest goes over the log.
@Suite struct WithdrawalRoutesTests {
  private static let root = "/api/v1/sav/withdrawals"
  private static let whole = #"{"order_id":1,"name":"Zoé L","email":"zoe@example.org","comment":"Trop petit"}"#

  private func with(_ body: (Harness) async throws -> Void) async throws {
    try await ReadDatabases.with(only: ["sav_service_db"]) { databases in
      try await body(try await Harness(groups: APIGateway.groups, reads: databases.sides))
    }
  }

  private func post(_ harness: Harness, _ path: String, _ body: String? = nil, user: Int64 = 1, key: String) async throws -> Answer {
    try await harness.send(.post, Self.root + path, body, token: harness.token(user), headers: ["Idempotency-Key": key])
  }

  @Test func `a customer declares, confirms, and keeps the receipt`() async throws {
    try await with { harness in
      let token = try await harness.token(1)
      #expect(try await harness.send(.post, Self.root, Self.whole, token: token).code == "idempotency-key-missing")
      let declared = try await post(harness, "", Self.whole, key: "d1")
      #expect(declared.status == 201)
      let data = try #require(try declared.json["data"])
      let id = try #require(data["id"]?.int64Value)
      #expect(declared["Location"] == "\(Self.root)/\(id)")
      #expect(data["status"] == "declared")
      #expect(data["order_number"] == "ORD-20260101-0001")
      #expect(data["lines"]?.arrayValue?.map { $0["quantity"]?.int64Value } == [3, 1])
      #expect(data["return_id"]?.isNull == true)
      #expect(try await post(harness, "", Self.whole, key: "d1")["Idempotency-Replayed"] == "true")
      // Nothing has happened yet.
      #expect(try await harness.log.readLog(after: .start, filter: EventFilter(types: ["ReturnRequested"]), limit: 1).events.isEmpty)
      #expect(try await harness.send(.get, "\(Self.root)/\(id)/receipt", token: token).status == 409)

      let confirmed = try await post(harness, "/\(id)/confirm", key: "c1")
      #expect(confirmed.status == 200)
      #expect(try confirmed.json["data"]?["status"] == "confirmed")
      #expect(try confirmed.json["data"]?["return_id"]?.int64Value != nil)
      #expect(try await post(harness, "/\(id)/confirm", key: "c2").json["data"] == confirmed.json["data"])
      let requested = try await harness.log.readLog(after: .start, filter: EventFilter(types: ["ReturnRequested"]), limit: 9).events
      #expect(requested.count == 1)
      #expect(try await harness.send(.get, "\(Self.root)/\(id)", token: token).json["data"] == confirmed.json["data"])

      let receipt = try await harness.send(.get, "\(Self.root)/\(id)/receipt", token: token)
      #expect(receipt["Content-Type"] == "text/plain; charset=utf-8")
      #expect(receipt["Content-Disposition"] == "attachment; filename=\"withdrawal-\(id).txt\"")
      let text = try await harness.send(.get, "\(Self.root)/\(id)/receipt?format=json", token: token).json["data"]?["text"]?.stringValue
      #expect(text?.contains("Zoé L <zoe@example.org>") == true)
      #expect(text?.contains("ORD-20260101-0001") == true)
    }
  }

  @Test func `a line that the law excludes is refused, and named`() async throws {
    try await ReadDatabases.with(only: ["sav_service_db"]) { databases in
      try await databases.execute("sav_service_db", "update order_line_copies set withdrawal_exclusion = 'perishable' where id = 2;")
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let cake = Self.whole.replacing(#""name""#, with: #""lines":[{"order_item_id":2,"quantity":1}],"name""#)
      let refused = try await post(harness, "", cake, key: "d1")
      #expect(refused.status == 422)
      #expect(try refused.code == "rule-violated")
      #expect(try refused.json["order_item_id"] == 2)
      #expect(try refused.json["withdrawal_exclusion"] == "perishable")
      let rest = try await post(harness, "", Self.whole, key: "d2")
      #expect(try rest.json["data"]?["lines"]?.arrayValue?.map { $0["order_item_id"] } == [1])
    }
  }

  @Test func `a whole order that has not left is withdrawn from without a return, and once`() async throws {
    try await ReadDatabases.with(only: ["sav_service_db"]) { databases in
      try await databases.execute(
        "sav_service_db", "update order_copies set delivered_at = null, status = 'processing' where id = 1;")
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let declared = try await post(harness, "", Self.whole, key: "d1")
      let id = try #require(try declared.json["data"]?["id"]?.int64Value)
      let again = try #require(try await post(harness, "", Self.whole, key: "d2").json["data"]?["id"]?.int64Value)
      let confirmed = try await post(harness, "/\(id)/confirm", key: "c1")
      #expect(confirmed.status == 200)
      #expect(try confirmed.json["data"]?["return_id"]?.isNull == true)
      #expect(try confirmed.json["data"]?["ticket_id"]?.int64Value != nil)
      let second = try await post(harness, "/\(again)/confirm", key: "c2")
      #expect(second.status == 422)
      #expect(try second.json["returnable"] == 0)
      try await databases.execute("sav_service_db", "update order_copies set status = 'cancelled' where id = 1;")
      #expect(try await post(harness, "", Self.whole, key: "d3").code == "state-conflict")
    }
  }

  @Test func `a parcel on its way, and a part of an order, have a return at once`() async throws {
    try await ReadDatabases.with(only: ["sav_service_db"]) { databases in
      try await databases.execute(
        "sav_service_db", "update order_copies set delivered_at = null, status = 'processing' where id = 1;")
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let part = Self.whole.replacing(#""name""#, with: #""lines":[{"order_item_id":2,"quantity":1}],"name""#)
      for (body, status, key) in [(part, "processing", "p"), (Self.whole, "shipped", "s")] {
        try await databases.execute("sav_service_db", "update order_copies set status = '\(status)' where id = 1;")
        let declared = try await post(harness, "", body, key: "d" + key)
        let id = try #require(try declared.json["data"]?["id"]?.int64Value)
        let confirmed = try await post(harness, "/\(id)/confirm", key: "c" + key)
        #expect(try confirmed.json["data"]?["return_id"]?.int64Value != nil, "\(status)")
      }
    }
  }

  @Test func `an order of another website is not there`() async throws {
    try await ReadDatabases.with(only: ["sav_service_db"]) { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let id = try #require(try await post(harness, "", Self.whole, key: "d1").json["data"]?["id"]?.int64Value)
      try await databases.execute("sav_service_db", "update order_copies set website_id = 2 where id = 1;")
      #expect(try await post(harness, "", Self.whole, key: "d2").code == "unknown-reference")
      #expect(try await post(harness, "/\(id)/confirm", key: "c1").status == 404)
    }
  }

  @Test func `another customer's withdrawal is not there, nor is his order`() async throws {
    try await with { harness in
      let stolen = try await post(harness, "", Self.whole, user: 2, key: "x")
      #expect(try stolen.code == "unknown-reference")
      let id = try #require(try await post(harness, "", Self.whole, key: "d").json["data"]?["id"]?.int64Value)
      let other = try await harness.token(2)
      for path in ["/\(id)", "/\(id)/receipt"] { #expect(try await harness.send(.get, Self.root + path, token: other).status == 404) }
      #expect(try await post(harness, "/\(id)/confirm", user: 2, key: "c").status == 404)
      #expect(try await post(harness, "/999999/confirm", key: "c").status == 404)
    }
  }

  private static let wrong = [
    (#"{"name":"Z","email":"z@example.org"}"#, "missing-field"), (#"{"order_id":1,"email":"z@example.org"}"#, "missing-field"),
    (#"{"order_id":1,"name":"Z","email":"nowhere"}"#, "invalid-format"),
    (#"{"order_id":1,"name":"Z","email":"z@example.org","lines":[]}"#, "too-short"),
    (#"{"order_id":9,"name":"Z","email":"z@example.org"}"#, "unknown-reference"),
    (#"{"order_id":1,"name":"Z","email":"z@example.org","lines":[{"order_item_id":1,"quantity":4}]}"#, "rule-violated"),
    (#"{"order_id":1,"name":"Z","email":"z@example.org","lines":[{"order_item_id":9,"quantity":1}]}"#, "unknown-reference"),
    (#"{"order_id":1,"name":"Z","email":"z@example.org","user_id":2}"#, "unknown-field"),
  ]

  @Test func `a withdrawal that breaks a rule is not declared`() async throws {
    try await with { harness in
      for (body, code) in Self.wrong {
        let answer = try await post(harness, "", body, key: "x")
        #expect(try answer.code == code, "\(body)")
      }
      let declared = try await harness.log.readLog(after: .start, filter: EventFilter(types: ["WithdrawalDeclared"]), limit: 1)
      #expect(declared.events.isEmpty)
    }
  }
}
