import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

/// Returns through HTTP: the order comes from the sample rows, the rest goes over the log.
@Suite struct ReturnRoutesTests {
  private static let root = "/api/v1/sav"

  /// A ticket of customer 1 about the delivered order 1, in log and rows.
  private func with(_ body: (Harness, Int64) async throws -> Void) async throws {
    try await ReadDatabases.with(only: ["sav_service_db"]) { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let opened = try await harness.send(
        .post, "\(Self.root)/tickets", #"{"subject":"Retour","description":"Trop petit","order_id":1}"#, token: harness.token(1))
      let ticket = try #require(try opened.json["data"]?["id"]?.int64Value)
      try await databases.execute(
        "sav_service_db",
        """
        insert into support_tickets values (\(ticket), 'TKT-X', 1, 'x', 'x', 'high', 'open', null, null, 1, null, null, null, now(), now());
        """)
      try await body(harness, ticket)
    }
  }

  private func request(_ harness: Harness, _ ticket: Int64, _ body: String, user: Int64 = 1, key: String) async throws -> Answer {
    try await harness.send(
      .post, "\(Self.root)/tickets/\(ticket)/returns", body, token: harness.token(user), headers: ["Idempotency-Key": key])
  }

  @Test func `a defective item is authorised, sent, received, inspected and paid back`() async throws {
    try await with { harness, ticket in
      let body = #"{"reason":"defect","lines":[{"order_item_id":1,"quantity":2}],"comment":"Cassé"}"#
      let missing = try await harness.send(.post, "\(Self.root)/tickets/\(ticket)/returns", body, token: harness.token(1))
      #expect(try missing.code == "idempotency-key-missing")
      let asked = try await request(harness, ticket, body, key: "r1")
      #expect(asked.status == 201)
      let id = try #require(try asked.json["data"]?["id"]?.int64Value)
      #expect(asked["Location"] == "\(Self.root)/returns/\(id)")
      #expect(try asked.json["data"]?["status"] == "requested")
      let (owner, agent) = try await (harness.token(1), harness.token(8, .support))
      func move(_ end: String, _ body: String?, _ token: String, key: String? = nil) async throws -> Answer {
        try await harness.send(
          .post, "\(Self.root)/returns/\(id)/\(end)", body, token: token, headers: key.map { ["Idempotency-Key": $0] } ?? [:])
      }
      let event = try #require(
        try await harness.log.readLog(after: .start, filter: EventFilter(types: ["ReturnRequested"]), limit: 1).events.first)
      let line = try PayloadDecoder(ReturnRequested.self).decode(event).lines[0].lineID
      #expect(try await move("authorise", "{}", owner).code == "forbidden")
      #expect(try await move("inspect", #"{"lines":[{"id":\#(line),"accepted":1,"restock":true}]}"#, agent).json["current"] == "requested")
      #expect(try await move("authorise", #"{"label":"L-1"}"#, agent).json["data"]?["status"] == "authorised")
      #expect(try await move("ship", #"{"tracking":"T-1"}"#, owner).json["data"]?["status"] == "in_transit")
      #expect(try await move("receive", #"{"lines":[{"id":\#(line),"quantity":3}]}"#, agent).code == "rule-violated")
      #expect(try await move("receive", #"{"lines":[]}"#, agent).code == "too-short")
      #expect(try await move("receive", #"{"lines":[{"id":\#(line),"quantity":2}]}"#, agent).json["data"]?["status"] == "received")
      #expect(try await move("inspect", #"{"lines":[{"id":\#(line),"accepted":1,"restock":true}]}"#, agent).status == 200)
      #expect(try await move("refund", nil, agent).code == "idempotency-key-missing")
      let refunded = try await move("refund", nil, agent, key: "p1")
      #expect(try refunded.json["data"]?["is_refunded"] == true)
      #expect(try refunded.json["data"]?["status"] == "settled")
      #expect(try await move("refund", nil, agent, key: "p1")["Idempotency-Replayed"] == "true")
      #expect(try await move("refund", nil, agent, key: "p2").status == 409)
      let paid = try #require(
        try await harness.log.readLog(after: .start, filter: EventFilter(types: ["ReturnRefunded"]), limit: 9).events.first)
      #expect(try PayloadDecoder(ReturnRefunded.self).decode(paid).amount == Cents(4_000))
      let admin = try await harness.token(9, .admin)
      let deletion = try await harness.send(
        .delete, "\(Self.root)/tickets/\(ticket)", token: admin, headers: ["If-Match": "*"])
      #expect(try deletion.code == "in-use")
    }
  }

  @Test func `no unit comes back twice, and a withdrawal is not refused`() async throws {
    try await with { harness, ticket in
      let body = #"{"reason":"withdrawal","lines":[{"order_item_id":1,"quantity":2}]}"#
      let asked = try await withThrowingTaskGroup(of: Answer.self) { group in
        for key in ["a", "b"] { group.addTask { try await request(harness, ticket, body, key: key) } }
        var answers: [Answer] = []
        for try await answer in group { answers.append(answer) }
        return answers.sorted { $0.status < $1.status }
      }
      #expect(asked.map(\.status) == [201, 422])
      #expect(try asked[0].json["data"]?["status"] == "authorised")
      #expect(try asked[1].json["returnable"]?.int64Value == 1)
      let id = try #require(try asked[0].json["data"]?["id"]?.int64Value)
      let refusal = try await harness.send(
        .post, "\(Self.root)/returns/\(id)/refuse", #"{"reason":"Non"}"#, token: harness.token(8, .support))
      #expect(refusal.status == 409)
      #expect(try refusal.json["allowed"]?.arrayValue?.contains("refuse") == false)
    }
  }

  private static let wrong = [
    (#"{"reason":"boredom","lines":[{"order_item_id":1,"quantity":1}]}"#, "value-not-allowed"), (#"{"reason":"defect"}"#, "missing-field"),
    (#"{"reason":"defect","lines":[]}"#, "too-short"), (#"{"reason":"defect","lines":[1]}"#, "wrong-type"),
    (#"{"reason":"defect","lines":[{"order_item_id":1}]}"#, "missing-field"),
    (#"{"reason":"defect","lines":[{"order_item_id":1,"quantity":1,"price":0}]}"#, "unknown-field"),
    (#"{"reason":"defect","lines":[{"order_item_id":9,"quantity":1}]}"#, "unknown-reference"),
    (#"{"reason":"defect","lines":[{"order_item_id":1,"quantity":1},{"order_item_id":1,"quantity":1}]}"#, "value-not-allowed"),
    (#"{"reason":"defect","lines":[{"order_item_id":1,"quantity":4}]}"#, "rule-violated"),
  ]

  @Test func `a return that breaks a rule is not opened`() async throws {
    try await with { harness, ticket in
      for (body, code) in Self.wrong {
        let answer = try await request(harness, ticket, body, key: "x")
        #expect(try answer.code == code, "\(body)")
      }
      #expect(try await harness.log.readLog(after: .start, filter: EventFilter(types: ["ReturnRequested"]), limit: 1).events.isEmpty)
    }
  }

  @Test func `another customer's return, and his ticket, are not there`() async throws {
    try await with { harness, ticket in
      let body = #"{"reason":"defect","lines":[{"order_item_id":1,"quantity":1}]}"#
      #expect(try await request(harness, ticket, body, user: 2, key: "x").code == "not-found")
      for (user, role, status) in [(1, PlatformRole.customer, 200), (2, .customer, 404), (8, .support, 404), (9, .admin, 200)]
        as [(Int64, PlatformRole, Int)]
      {
        #expect(try await harness.send(.get, "\(Self.root)/returns/1", token: harness.token(user, role)).status == status)
        let list = try await harness.send(.get, "\(Self.root)/returns", token: harness.token(user, role))
        #expect(try list.json["data"]?.arrayValue?.count == (status == 200 ? 1 : 0))
      }
    }
  }
}
