import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

/// Tickets through HTTP: reads over the sample rows, commands over the log.
@Suite struct SavRoutesTests {
  private static let tickets = "/api/v1/sav/tickets"
  private static let body = #"{"subject":"Écran cassé","description":"Il ne s'allume pas"}"#

  private func with(_ body: (Harness, ReadDatabases) async throws -> Void) async throws {
    try await ReadDatabases.with(only: ["sav_service_db"]) { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      for agent: Int64 in [8, 9] {
        let membership = SupportAgent.Membership(roleName: "support", teamID: 0)
        _ = try await harness.services.executor.execute(JoinSupportTeam(userID: UserID(agent), membership: membership))
      }
      try await body(harness, databases)
    }
  }

  /// Opens a ticket as a customer.
  private func open(_ harness: Harness, user: Int64 = 5, _ body: String = Self.body) async throws -> JSONValue {
    let answer = try await harness.send(.post, Self.tickets, body, token: harness.token(user))
    #expect(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
    return try answer.json["data"]!
  }

  @Test func `everybody sees the tickets, messages and files that are for him`() async throws {
    try await with { harness, _ in
      // Ticket 1 is customer 1's, assigned to 1; 2 a guest's, of nobody; 3 customer 7's, assigned to 8, with a note among agents.
      let rows: [(String, Int64, PlatformRole, Int)] = [
        ("/1", 1, .customer, 200), ("/1", 2, .customer, 404), ("/1", 8, .support, 404), ("/1", 9, .admin, 200), ("/2", 2, .customer, 404),
        ("/2", 8, .support, 200), ("/2", 9, .customerServiceAgent, 200), ("/3", 7, .customer, 200), ("/3", 8, .support, 200),
        ("/3", 9, .support, 404), ("/99", 9, .superAdmin, 404), ("/1/messages", 1, .customer, 200), ("/1/messages", 2, .customer, 404),
        ("/3/messages/3", 7, .customer, 404), ("/3/messages/3", 8, .support, 200), ("/1/messages/3", 9, .admin, 404),
        ("/1/attachments", 2, .customer, 404), ("/3/attachments/2", 7, .customer, 404), ("/3/attachments/2", 8, .support, 200),
        ("/3/attachments/message/3", 7, .customer, 404), ("/3/attachments/message/3", 8, .support, 200),
        ("/1/messages/unread-count", 2, .customer, 404), ("/statistics", 1, .customer, 403), ("/statistics", 8, .support, 200),
      ]
      for (path, user, role, status) in rows {
        let answer = try await harness.send(.get, Self.tickets + path, token: harness.token(user, role))
        #expect(answer.status == status, "\(path) as \(role) \(user)")
      }
      #expect(try await harness.send(.get, Self.tickets).code == "unauthorized")
      func ids(_ path: String, _ user: Int64, _ role: PlatformRole) async throws -> [Int64] {
        let answer = try await harness.send(.get, Self.tickets + path, token: harness.token(user, role))
        return try #require(try answer.json["data"]?.arrayValue).map { $0["id"]!.int64Value! }
      }
      #expect(try await ids("", 1, .customer) == [1])
      #expect(try await ids("", 8, .support) == [3, 2])
      #expect(try await ids("", 9, .admin) == [3, 2, 1])
      #expect(try await ids("/3/messages", 7, .customer) == [])
      #expect(try await ids("/3/messages", 8, .support) == [3])
      #expect(try await ids("/3/attachments", 7, .customer) == [])
      for (query, found) in [
        ("?search=ecran", [1]), ("?search=ecrna%20casse", [1]), ("?search=tkt-", [3, 1]), ("?search=voiture", []), ("?status=open", [2]),
        ("?filter[priority]=low", [3]), ("?sort=-priority", [2, 1, 3]), ("?sort_by=created_at&sort_direction=asc", [1, 2, 3]),
        ("?assigned_to=8&category=billing", [3]), ("?user_id=7", [3]),
      ] as [(String, [Int64])] {
        #expect(try await ids(query, 9, .admin) == found, "\(query)")
      }
      let included = try await harness.send(.get, Self.tickets + "/1?include=order,user,agent", token: harness.token(1))
      #expect(try included.json["data"]?["order"]?["status"] == "delivered")
      #expect(try included.json["data"]?["user"]?["email"] == "a@example.org")
      #expect(try included.json["data"]?["agent"]?.objectValue?.map(\.key) == ["id", "firstname", "lastname"])
      let unread = try await harness.send(.get, Self.tickets + "/1/messages/unread-count", token: harness.token(1))
      #expect(try unread.json["data"]?["unread"]?.int64Value == 1)
    }
  }

  @Test func `a ticket is opened with a number that nobody works out, and once for a key`() async throws {
    try await with { harness, _ in
      let key = ["Idempotency-Key": "t1"]
      let token = try await harness.token(5)
      let first = try await harness.send(.post, Self.tickets, Self.body, token: token, headers: key)
      let second = try await harness.send(.post, Self.tickets, Self.body, token: token, headers: key)
      let data = try first.json["data"]!
      #expect(first.status == 201)
      #expect(try data == second.json["data"])
      #expect(second["Idempotency-Replayed"] == "true")
      #expect(first["Location"] == "\(Self.tickets)/\(data["id"]!.int64Value!)")
      #expect(data["ticket_number"]!.stringValue!.wholeMatch(of: /TKT-[0-9A-F]{13}/) != nil)
      #expect(data["priority"] == "medium")
      let secret = EmailFingerprint(secret: Array(repeating: 1, count: 32))
      let numbers = (1_000..<1_200).map { TicketNumber.text(day: "20261126", count: Int64($0), secret) }
      #expect(Set(numbers).count == 200)
    }
  }

  @Test func `what is asked, and what it is about, decide on the first priority`() async throws {
    try await with { harness, databases in
      try await databases.execute(
        "sav_service_db",
        "insert into order_copies values (50, 'O-50', 5, 10, 'cancelled', true, null), (51, 'O-51', 5, 10, 'pending', false, null);")
      func priority(_ fields: String, _ user: Int64 = 5, _ role: PlatformRole = .customer) async throws -> JSONValue? {
        let body = Self.body.replacing("}", with: ",\(fields)}")
        let answer = try await harness.send(.post, Self.tickets, body, token: harness.token(user, role))
        return try answer.json["data"]?["priority"] ?? answer.json["code"]
      }
      #expect(try await priority(#""priority":"low""#) == "low")
      #expect(try await priority(#""order_id":50"#) == "urgent")
      #expect(try await priority(#""order_id":51"#) == "medium")
      #expect(try await priority(#""order_id":1"#, 1) == "high")
      #expect(try await priority(#""order_id":1"#) == "unknown-reference")
      #expect(try await priority(#""order_id":999"#) == "unknown-reference")
      #expect(try await priority(#""user_id":6"#) == "forbidden")
      #expect(try await priority(#""user_id":1,"order_id":1,"priority":"low""#, 8, .support) == "low")
      #expect(try await priority(#""user_id":66"#, 8, .support) == "unknown-reference")
    }
  }

  private static let wrong = [
    (#"{"subject":"x"}"#, "missing-field", "/description"), (#"{"subject":"","description":"x"}"#, "too-short", "/subject"),
    (#"{"subject":"x","description":"x","priority":"burning"}"#, "value-not-allowed", "/priority"),
    (#"{"subject":"x","description":"x","status":"closed"}"#, "unknown-field", "/status"),
    (#"{"subject":"x","description":"x","assigned_to":8}"#, "unknown-field", "/assigned_to"),
    (#"{"subject":"x","description":"x","metadata":[]}"#, "wrong-type", "/metadata"),
    (#"{"subject":"x","description":"x","metadata":{"status_log":[]}}"#, "invalid-format", "/metadata"),
    (#"{"subject":"x","description":"   "}"#, "too-short", "/description"),
  ]

  @Test func `a ticket with a wrong field is not opened`() async throws {
    try await with { harness, _ in
      let before = try await harness.log.head()
      for (body, code, pointer) in Self.wrong {
        let answer = try await harness.send(.post, Self.tickets, body, token: harness.token(5))
        #expect(try answer.code == code, "\(body)")
        #expect(try answer.json["errors"]?[0]?["pointer"]?.stringValue == pointer, "\(body)")
      }
      #expect(try await harness.log.head() == before)
    }
  }

  @Test func `a ticket goes its way from opening to closing`() async throws {
    try await with { harness, _ in
      let id = try await open(harness)["id"]!.int64Value!
      let path = "\(Self.tickets)/\(id)"
      let (owner, agent, colleague) = try await (harness.token(5), harness.token(8, .support), harness.token(9, .support))
      func send(_ method: HTTPRequest.Method, _ end: String, _ body: String?, _ token: String) async throws -> Answer {
        try await harness.send(method, path + end, body, token: token)
      }
      #expect(try await send(.post, "/assign", #"{"assigned_to":8}"#, owner).code == "forbidden")
      #expect(try await send(.post, "/assign", #"{"assigned_to":77}"#, agent).code == "unknown-reference")
      #expect(try await send(.post, "/resolve", "{}", agent).json["current"] == "open")
      #expect(try await send(.post, "/assign", #"{"assigned_to":8}"#, agent).json["data"]?["status"] == "in_progress")
      #expect(try await send(.post, "/messages", #"{"message":"Mine?"}"#, colleague).code == "not-found")
      #expect(try await send(.post, "/messages", #"{"message":"Secret","is_internal":true}"#, owner).code == "forbidden")
      let written = try await send(.post, "/messages", #"{"message":"Which screen?"}"#, agent)
      #expect(written.status == 201)
      let message = try #require(try written.json["data"]?["id"]?.int64Value)
      #expect(try await send(.put, "/messages/\(message)", #"{"message":"Never"}"#, owner).code == "forbidden")
      #expect(try await send(.put, "/messages/\(message)", #"{"message":"Which one?"}"#, agent).status == 200)
      #expect(try await send(.put, "", #"{"status":"waiting_customer"}"#, owner).code == "forbidden")
      #expect(try await send(.put, "", #"{"status":"waiting_customer"}"#, agent).json["data"]?["status"] == "waiting_customer")
      #expect(try await send(.post, "/messages/mark-all-read", nil, owner).status == 204)
      #expect(try await send(.post, "/messages/\(message)/mark-read", nil, owner).status == 204)
      #expect(try await send(.post, "/messages/99/mark-read", nil, owner).code == "not-found")
      #expect(try await send(.post, "/messages", #"{"message":"The left one"}"#, owner).status == 201)
      #expect(try await send(.post, "/resolve", #"{"reason":"replaced"}"#, agent).json["data"]?["status"] == "resolved")
      #expect(try await send(.put, "", #"{"status":"in_progress"}"#, owner).json["data"]?["status"] == "in_progress")
      let refused = try await send(.post, "/close", "{}", owner)
      #expect(refused.status == 409)
      #expect(try refused.json["current"] == "in_progress")
      #expect(try refused.json["allowed"]?.arrayValue?.contains("resolved") == true)
      #expect(try await send(.put, "", #"{"priority":"urgent"}"#, owner).code == "forbidden")
      #expect(try await send(.put, "", #"{"priority":"urgent","status":"resolved"}"#, agent).json["data"]?["priority"] == "urgent")
      #expect(try await send(.post, "/close", "{}", owner).json["data"]?["status"] == "closed")
      #expect(try await send(.post, "/messages", #"{"message":"Thanks"}"#, owner).json["current"] == "closed")
      #expect(try await send(.delete, "/messages/\(message)", nil, agent).status == 409)
      #expect(try await send(.delete, "", nil, agent).code == "forbidden")
      let admin = try await harness.token(9, .admin)
      #expect(try await send(.delete, "", nil, admin).code == "precondition-required")
      #expect(try await harness.send(.delete, path, token: admin, headers: ["If-Match": "*"]).status == 204)
      #expect(try await send(.post, "/close", "{}", owner).code == "not-found")
      #expect(harness.log.timers.isEmpty)
    }
  }

  @Test func `whoever does not sign in follows his ticket by its number, and nobody else's`() async throws {
    try await with { harness, _ in
      let path = "/api/v1/sav/public/tickets"
      let body = #"{"email":"a@b.fr","name":"Zoé","subject":"Où ?","description":"Où est mon colis ?"}"#
      let opened = try await harness.send(.post, path, body)
      #expect(opened.status == 201)
      let (id, number) = (try opened.json["data"]!["id"]!.int64Value!, try opened.json["data"]!["ticket_number"]!.stringValue!)
      #expect(opened["Location"] == "\(path)/\(number)")
      for (body, code) in [
        (#"{"ticket_number":"\#(number)","message":"Toujours rien"}"#, nil),
        (#"{"ticket_number":"TKT-1","message":"Le vôtre"}"#, "not-found"),
        (#"{"message":"Sans numéro"}"#, "missing-field"), (#"{"ticket_number":"x","message":"y","is_internal":true}"#, "unknown-field"),
      ] as [(String, String?)] {
        let answer = try await harness.send(.post, "\(path)/\(id)/messages", body)
        #expect(code != nil || answer.status == 201, "\(body)")
        if let code { #expect(try answer.code == code, "\(body)") }
      }
      let event = try #require(
        try await harness.log.readLog(after: .start, filter: EventFilter(types: ["TicketMessageAdded"]), limit: 9).events.first)
      let added = try PayloadDecoder(TicketMessageAdded.self).decode(event)
      #expect(added.senderType == .customer)
      #expect(added.senderID == nil)
      #expect(!String(decoding: event.payload, as: UTF8.self).contains("Toujours"))
      #expect(try await harness.send(.post, path, body.replacing("a@b.fr", with: "nowhere")).code == "invalid-format")
      #expect(try await harness.send(.post, path, body.replacing("{\"", with: #"{"user_id":1,""#)).code == "unknown-field")

      let read = try await harness.send(.get, "\(path)/TKT-3")
      let data = try #require(try read.json["data"])
      #expect(data["messages"]?.arrayValue == [])
      for name in ["user_id", "assigned_to", "metadata", "order_id"] { #expect(data[name] == nil) }
      #expect(try await harness.send(.get, "\(path)/TKT-99").code == "not-found")
    }
  }
}
