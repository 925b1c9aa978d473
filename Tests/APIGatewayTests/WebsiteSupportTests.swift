import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

/// Who works for a website works on the tickets about its orders, and on no others.
@Suite struct WebsiteSupportTests {
  /// Tickets 70 to 72 about orders of website 1, website 2 and the platform, all of user 1, each with a message and a return 70 to 72;
  /// 80 to 82 are agents of website 1, administrator of website 1, and agent of website 2.
  private static func with(_ body: (Harness) async throws -> Void) async throws {
    try await ReadDatabases.with(only: ["sav_service_db", "websites_service_db"]) { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      func run(_ command: some Command) async throws { _ = try await harness.services.executor.execute(command) }
      for (id, row) in Permission.defaultRows { try await run(SeedReference<Permission>(id: id, row: row)) }
      for (id, row) in Role.defaultRows { try await run(SeedReference<Role>(id: id, row: row)) }
      for (id, role, team) in [(80, .support, 1), (81, .admin, 1), (82, .support, 2)] as [(Int64, DefaultRole, Int64)] {
        try await run(
          RegisterUser(
            userID: UserID(id), email: "\(id)@example.org", firstname: "F", lastname: "L", passwordHash: "x",
            emailClaim: harness.services.emails.claim(of: "\(id)@example.org")))
        try await run(AssignRole(userID: UserID(id), roleID: role.id, teamID: team, assignedBy: nil))
        if role == .support {
          try await run(JoinSupportTeam(userID: UserID(id), membership: .init(roleName: "support", teamID: team)))
        }
      }
      for (id, website) in [(70, 1), (71, 2), (72, nil)] as [(Int64, Int64?)] {
        let order = TicketOrder(
          orderID: OrderID(id), orderNumber: "O-\(id)", userID: UserID(1), totalTTC: Cents(1_000), status: "delivered",
          hasFailedPayment: false, websiteID: website.map { WebsiteID($0) })
        try await run(
          OpenTicket(
            ticketID: TicketID(id), ticketNumber: "TKT-\(id)", userID: UserID(1), subject: "S", description: "D", order: order))
        try await run(
          AddTicketMessage(
            ticketID: TicketID(id), messageID: TicketMessageID(id), actor: .customer(UserID(1)), message: "M", isInternal: false))
        let line = ReturnableOrder.Line(
          orderItemID: OrderItemID(id), productID: ProductID(1), quantity: 1, netHT: Cents(1_000), vat: Cents(200))
        try await run(
          RequestReturn(
            returnID: ReturnID(id), firstLineID: ReturnLineID(id), ticketID: TicketID(id), actor: .customer(UserID(1)),
            order: ReturnableOrder(orderID: OrderID(id), userID: UserID(1), deliveredAt: .now(), lines: [line]), reason: .defect,
            items: [.init(orderItemID: OrderItemID(id), quantity: 1)], comment: nil))
        try await databases.execute(
          "sav_service_db",
          """
          insert into order_copies values
            (\(id), 'O-\(id)', 1, 1000, 'delivered', false, now(), \(website.map { "\($0)" } ?? "null"));
          insert into support_tickets values
            (\(id), 'TKT-\(id)', 1, 'S', 'D', 'medium', 'open', null, null, \(id), null, null, null, now(), now());
          insert into ticket_messages values (\(id), \(id), 1, 'customer', 'M', false, null, now(), now());
          insert into ticket_attachments values (\(id), \(id), \(id), 'p.png', 'a.png', 'tickets/a.png', 'image/png', 10, now(), now());
          insert into returns values
            (\(id), \(id), \(id), 1, 'defect', 'requested', null, null, null, null, null, null, null, null, null, now(), now());
          """)
      }
      try await body(harness)
    }
  }

  private static func token(_ user: Int64, _ harness: Harness) async throws -> String {
    try await harness.services.tokens.issue(Account.load(UserID(user), harness.log).caller)
  }

  private static func get(_ path: String, _ user: Int64, _ website: Int64?, _ harness: Harness) async throws -> Answer {
    try await harness.send(
      .get, "/api/v1/sav\(path)", token: token(user, harness), headers: website.map { ["Comptoir-Website": "\($0)"] } ?? [:])
  }

  private static func ids(_ answer: Answer) throws -> [Int64] {
    try answer.json["data"]?.arrayValue?.compactMap { $0["id"]?.int64Value }.sorted() ?? []
  }

  @Test func `lists and figures of a website's people hold its orders' tickets alone`() async throws {
    try await Self.with { harness in
      for user in [80, 81] as [Int64] {
        #expect(try await Self.ids(Self.get("/tickets", user, 1, harness)) == [70])
        #expect(try await Self.ids(Self.get("/returns", user, 1, harness)) == [70])
        let figures = try await Self.get("/tickets/statistics", user, 1, harness).json["data"]?.arrayValue ?? []
        #expect(figures.compactMap { $0["tickets"]?.int64Value }.reduce(0, +) == 1)
        // On the platform they are customers.
        #expect(try await Self.ids(Self.get("/tickets", user, nil, harness)) == [])
        #expect(try await Self.get("/tickets/70", user, nil, harness).code == "not-found")
        #expect(try await Self.get("/tickets/statistics", user, nil, harness).code == "forbidden")
        for path in ["/tickets/70", "/tickets/70/messages", "/tickets/70/attachments", "/returns/70"] {
          #expect(try await Self.get(path, user, 1, harness).status == 200, "\(path)")
        }
      }
    }
  }

  @Test func `tickets about orders of another website or of the platform are not there, for every route`() async throws {
    try await Self.with { harness in
      let before = try await harness.log.head()
      let routes = try #require(APIGateway.groups.first { $0.service == "sav" }).routes.filter { route in
        ["/tickets/{id}", "/returns/{id}"].contains { route.path == $0 || route.path.hasPrefix($0 + "/") }
      }
      #expect(routes.count > 20)
      for user in [80, 81] as [Int64] {
        for (route, id) in routes.flatMap({ route in ["71", "72"].map { (route, $0) } }) {
          let path = route.input.path.reduce("/api/v1/sav\(route.path)") { $0.replacing("{\($1.name)}", with: id) }
          var headers = ["Comptoir-Website": "1", "If-Match": "*"]
          if route.idempotency == .compulsory { headers["Idempotency-Key"] = "\(route.operation)-\(user)-\(id)" }
          let answer = try await harness.send(
            route.method, path, ForeignWebsiteTests.body(route), token: Self.token(user, harness), headers: headers)
          // Taking a ticket away is for the platform's administrators.
          let expected = route.access.scope == .platform ? 403 : 404
          #expect(
            answer.status == expected || (answer.status == 503 && route.path.contains("attachments")),
            "\(route.method) \(path): \(answer.status)")
        }
      }
      #expect(try await harness.log.head() == before)
    }
  }

  @Test func `a website's ticket is worked on by its people and the platform's, and given to nobody else`() async throws {
    try await Self.with { harness in
      func assign(_ agent: Int64, by user: Int64) async throws -> Answer {
        try await harness.send(
          .post, "/api/v1/sav/tickets/70/assign", #"{"assigned_to":\#(agent)}"#, token: Self.token(user, harness),
          headers: ["Comptoir-Website": "1"])
      }
      #expect(try await assign(82, by: 81).code == "unknown-reference")
      #expect(try await assign(80, by: 81).status == 200)
      let note = try await harness.send(
        .post, "/api/v1/sav/tickets/70/messages", #"{"message":"Look","is_internal":true}"#, token: Self.token(80, harness),
        headers: ["Comptoir-Website": "1"])
      #expect(note.status == 201)
      _ = try await harness.services.executor.execute(
        LeaveSupportTeam(userID: UserID(80), membership: .init(roleName: "support", teamID: 1)))
      let events = try await harness.log.readStream(Ticket.stream(70), after: .none, limit: 100).map(\.type)
      #expect(events.last == TicketUnassigned.type.name)
      // The right itself ends with the role.
      _ = try await harness.services.executor.execute(
        RevokeRole(userID: UserID(80), roleID: DefaultRole.support.id, teamID: 1, revokedBy: nil))
      #expect(try await Self.get("/tickets/70", 80, 1, harness).code == "forbidden")
    }
  }
}
