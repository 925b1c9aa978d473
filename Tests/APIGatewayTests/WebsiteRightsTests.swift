import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

/// What whoever has rights within a website may do there, and that it ends at the website's edge.
@Suite struct WebsiteRightsTests {
  /// Accounts with roles and permissions within websites 1 and 2, on the platform's host: requests name the website.
  private struct Shop {
    let harness: Harness
    let databases: ReadDatabases

    static func with(_ body: (Shop) async throws -> Void) async throws {
      try await ReadDatabases.with { databases in
        let shop = Shop(harness: try await Harness(groups: APIGateway.groups, reads: databases.sides), databases: databases)
        for (id, row) in Permission.defaultRows { try await shop.execute(SeedReference<Permission>(id: id, row: row)) }
        for (id, row) in Role.defaultRows { try await shop.execute(SeedReference<Role>(id: id, row: row)) }
        try await body(shop)
      }
    }

    func execute(_ command: some Command) async throws { _ = try await harness.services.executor.execute(command) }

    /// A customer's account, and his token.
    func register(_ id: Int64) async throws -> String {
      try await execute(
        RegisterUser(
          userID: UserID(id), email: "\(id)@example.org", firstname: "F", lastname: "L", passwordHash: "x",
          emailClaim: harness.services.emails.claim(of: "\(id)@example.org")))
      return try await harness.services.tokens.issue(Account.load(UserID(id), harness.log).caller)
    }

    func give(_ role: DefaultRole, to id: Int64, team: Int64) async throws {
      try await execute(AssignRole(userID: UserID(id), roleID: role.id, teamID: team, assignedBy: nil))
    }

    func send(
      _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, _ token: String, website: Int64? = 1,
      ifMatch: String = "*", key: String? = nil
    ) async throws -> Answer {
      var headers = ["If-Match": ifMatch]
      headers["Comptoir-Website"] = website.map { String($0) }
      headers["Idempotency-Key"] = key
      return try await harness.send(method, "/api/v1\(path)", body, token: token, headers: headers)
    }

    /// A product of a website.
    func addProduct(_ id: Int64, of website: Int64?) async throws {
      let details = Product.Details(
        name: "P", ref: "P-\(id)", priceHT: Cents(1_000), websiteID: website.map { WebsiteID($0) })
      try await execute(AddProduct(productID: ProductID(id), details: details, stock: 5))
    }

    func assignments(of id: Int64) async throws -> Set<String> {
      let events = try await harness.log.readStream(User.stream(id), after: .none, limit: 100)
      let state = User.state(after: try events.map { try User.Event.decoder.decode($0, keys: [:]) })
      return Set(state.roles.map { "\($0.role)@\($0.teamID)" } + state.permissions.map { "p\($0.permission)@\($0.teamID)" })
    }
  }

  private static let product = #"{"name":"Lampe","ref":"L-1","price_ht":"10.00","stock":5}"#

  @Test func `a website's administrator makes and changes its products, and moves none elsewhere`() async throws {
    try await Shop.with { shop in
      let token = try await shop.register(60)
      try await shop.give(.admin, to: 60, team: 1)
      let added = try await shop.send(.post, "/products/admin/products", Self.product, token)
      #expect(added.status == 201)
      let id = try #require(try added.json["data"]?["id"]?.int64Value)
      let event = try await shop.harness.log.readStream(Product.stream(id), after: .none, limit: 1)[0]
      #expect(try JSONValue(parsing: event.payload)["website_id"]?.int64Value == 1)
      for body in [#"{"name":"x","website_id":2}"#, #"{"name":"x","website_id":null}"#] {
        #expect(try await shop.send(.patch, "/products/admin/products/\(id)", body, token).status == 422, "\(body)")
      }
      #expect(
        try await shop.send(
          .post, "/products/admin/products", #"{"name":"L","ref":"L-2","price_ht":"1.00","stock":1,"website_id":2}"#, token
        ).status == 422)
      #expect(try await shop.send(.patch, "/products/admin/products/\(id)", #"{"name":"x"}"#, token).status == 200)
      #expect(try await shop.send(.post, "/products/admin/products/\(id)/stock", #"{"stock":1,"operation":"set"}"#, token).status == 200)
      // Not on the platform, and not on a website that is not his.
      #expect(try await shop.send(.post, "/products/admin/products", Self.product, token, website: nil).code == "forbidden")
      #expect(try await shop.send(.post, "/products/admin/products", Self.product, token, website: 2).code == "forbidden")
      #expect(try await shop.send(.delete, "/products/admin/products/\(id)", nil, token).status == 204)
    }
  }

  @Test func `what belongs to the platform or to another website is not there, whatever version is named`() async throws {
    try await Shop.with { shop in
      let token = try await shop.register(60)
      try await shop.give(.superAdmin, to: 60, team: 1)
      try await shop.addProduct(71, of: 2)
      try await shop.addProduct(72, of: nil)
      for (id, version) in [(71, "*"), (71, "\"v1\""), (71, "\"v9\""), (72, "\"v9\""), (79, "\"v9\"")] as [(Int64, String)] {
        let answer = try await shop.send(.patch, "/products/admin/products/\(id)", #"{"name":"x"}"#, token, ifMatch: version)
        #expect(try answer.code == "not-found", "\(id) \(version)")
      }
      try await shop.addProduct(73, of: 1)
      let stale = try await shop.send(.patch, "/products/admin/products/73", #"{"name":"x"}"#, token, ifMatch: "\"v9\"")
      #expect(try stale.code == "precondition-failed")
    }
  }

  @Test func `what is the whole platform's stays with who has the right on the platform`() async throws {
    try await Shop.with { shop in
      let token = try await shop.register(60)
      try await shop.give(.superAdmin, to: 60, team: 1)
      for (method, path, body) in [
        (.post, "/products/admin/brands", #"{"name":"B"}"#), (.post, "/products/admin/vat", #"{"name":"V","value_":"1.00"}"#),
        (.post, "/products/admin/categories", #"{"name":"C"}"#), (.get, "/baskets/admin/promo-codes", nil),
        (.get, "/auth/users", nil), (.get, "/auth/audit-log", nil), (.post, "/auth/roles", #"{"name":"own","permission_ids":[]}"#),
        (.post, "/auth/permissions", #"{"name":"a.b"}"#), (.get, "/contacts/contacts", nil), (.get, "/newsletters/campaigns", nil),
        (.get, "/websites/websites/deleted", nil),
      ] as [(HTTPRequest.Method, String, String?)] {
        for website in [1, nil] as [Int64?] {
          let answer = try await shop.send(method, path, body, token, website: website)
          // No such route would be 404.
          #expect(answer.status == 403, "\(method) \(path): \(answer.status)")
        }
      }
    }
  }

  @Test func `orders and baskets are shown and counted for the website alone, with the version that a change needs`() async throws {
    try await Shop.with { shop in
      try await shop.databases.execute(
        "orders_service_db",
        "insert into orders select 70, 'ORD-20260101-0070', 1, 1, null, 1, 10, 12, 0, 2, null, 1, now(), now(), null;")
      try await shop.databases.execute("baskets_service_db", "insert into baskets select 70, 1, 5, 1, now(), now(), null;")
      let token = try await shop.register(60)
      try await shop.give(.manager, to: 60, team: 1)
      #expect(try await shop.send(.get, "/orders/admin/orders", nil, token).code == "forbidden")
      try await shop.give(.admin, to: 60, team: 1)
      for path in ["/orders/admin/orders", "/baskets/admin/baskets"] {
        let answer = try await shop.send(.get, path, nil, token)
        #expect(try answer.json["data"]?.arrayValue?.compactMap { $0["id"]?.int64Value } == [70], "\(path)")
        #expect(try await shop.send(.get, "\(path)/1", nil, token).code == "not-found")
      }
      let counts = try await shop.send(.get, "/orders/order-status/statistics", nil, token).json["data"]?.arrayValue ?? []
      #expect(counts.compactMap { $0["orders"]?.int64Value }.reduce(0, +) == 1)
    }
  }

  @Test func `who works on a website's orders sends them, and no others`() async throws {
    try await Shop.with { shop in
      for (id, website) in [(2_001, 1), (2_002, 2), (2_003, nil)] as [(Int64, Int64?)] {
        try await shop.execute(GivenOrder(id: OrderID(id), status: "confirmed", websiteID: website.map { WebsiteID($0) }))
      }
      let token = try await shop.register(60)
      try await shop.give(.warehouseManager, to: 60, team: 1)
      func create(_ order: Int64, website: Int64? = 1) async throws -> Answer {
        try await shop.send(
          .post, "/deliveries/deliveries/from-order", #"{"order_id":\#(order),"delivery_address":"1 rue X"}"#, token, website: website)
      }
      for order in [2_002, 2_003, 2_004] as [Int64] { #expect(try await create(order).code == "unknown-reference", "\(order)") }
      #expect(try await create(2_003, website: nil).code == "forbidden")
      #expect(try await create(2_002, website: 2).code == "forbidden")
      let made = try await create(2_001)
      #expect(made.status == 201)
      let id = try #require(try made.json["data"]?["id"]?.int64Value)
      func move(_ token: String, _ website: Int64?) async throws -> Answer {
        try await shop.send(.put, "/deliveries/deliveries/\(id)/status", #"{"status":"processing"}"#, token, website: website)
      }
      let platform = try await shop.harness.token(9, .admin)
      #expect(try await move(platform, nil).code == "not-found")
      #expect(try await move(platform, 2).code == "not-found")
      #expect(try await move(token, 1).status == 200)
      #expect(try await shop.send(.get, "/deliveries/admin/deliveries", nil, token).code == "forbidden")
    }
  }

  @Test func `rights within a website count with the token from before, and end at once when they are taken`() async throws {
    try await Shop.with { shop in
      let token = try await shop.register(60)
      func status() async throws -> Int { try await shop.send(.post, "/products/admin/products", "{}", token).status }
      #expect(try await status() == 403)
      try await shop.give(.admin, to: 60, team: 1)
      #expect(try await status() == 422)
      try await shop.execute(RevokeRole(userID: UserID(60), roleID: DefaultRole.admin.id, teamID: 1, revokedBy: nil))
      #expect(try await status() == 403)
      try await shop.give(.admin, to: 60, team: 1)
      try await shop.execute(DeleteUser(userID: UserID(60), reason: .administrator, deletedBy: nil))
      #expect(try await status() == 401)
    }
  }

  @Test func `the same key means another request on another website`() async throws {
    try await Shop.with { shop in
      let token = try await shop.register(60)
      for website in [1, 2] as [Int64] { try await shop.give(.admin, to: 60, team: website) }
      func add(_ website: Int64) async throws -> Answer {
        try await shop.send(.post, "/products/admin/products", Self.product, token, website: website, key: "k")
      }
      #expect(try await add(1).status == 201)
      #expect(try await add(1)["Idempotency-Replayed"] == "true")
      #expect(try await add(2).code == "idempotency-key-reused")
    }
  }

  // MARK: Giving rights

  @Test func `a website's administrator gives and takes roles there, and nowhere else`() async throws {
    try await Shop.with { shop in
      let token = try await shop.register(60)
      try await shop.give(.admin, to: 60, team: 1)
      _ = try await shop.register(61)
      let before = try await shop.assignments(of: 61)
      let manager = DefaultRole.manager.id
      for (team, website) in [("0", 1), ("2", 1), ("1", nil), ("1", 2)] as [(String, Int64?)] {
        for (method, path, body) in [
          (.post, "/roles", #"{"role_id":\#(manager),"team_id":\#(team)}"#), (.delete, "/roles/\(manager)?team_id=\(team)", nil),
          (.post, "/permissions", #"{"permission_id":5,"team_id":\#(team)}"#), (.delete, "/permissions/5?team_id=\(team)", nil),
        ] as [(HTTPRequest.Method, String, String?)] {
          let answer = try await shop.send(method, "/auth/users/61\(path)", body, token, website: website)
          #expect(try answer.code == "forbidden", "\(method) \(path), website \(website ?? 0)")
        }
      }
      #expect(try await shop.assignments(of: 61) == before)
      // Without a team it is that of the website.
      #expect(try await shop.send(.post, "/auth/users/61/roles", #"{"role_id":\#(manager)}"#, token).status == 200)
      #expect(try await shop.send(.post, "/auth/users/61/permissions", #"{"permission_id":5,"team_id":1}"#, token).status == 200)
      #expect(try await shop.assignments(of: 61) == before.union(["\(manager)@1", "p5@1"]))
      #expect(try await shop.send(.delete, "/auth/users/61/roles/\(manager)", nil, token).status == 204)
      #expect(try await shop.send(.delete, "/auth/users/61/permissions/5?team_id=1", nil, token).status == 204)
      #expect(try await shop.assignments(of: 61) == before)
      #expect(try await shop.send(.post, "/auth/users/99/roles", #"{"role_id":\#(manager)}"#, token).code == "not-found")
    }
  }

  @Test func `a website's administrator sees who has what there, and nothing of what they are elsewhere`() async throws {
    try await Shop.with { shop in
      try await shop.databases.execute(
        "auth_service_db",
        """
        delete from model_has_roles; delete from model_has_permissions; delete from role_has_permissions; delete from roles;
        insert into roles select id, null, name, 'api', now(), now()
          from (values (1, 'super_admin'), (2, 'admin'), (3, 'manager'), (5, 'customer')) r (id, name);
        insert into users select 60 + n, 'Name ' || n, 'F', 'u' || n || '@example.org', null, 'x', null, now(), now(),
          case when n = 8 then now() end from generate_series(0, 8) n;
        insert into model_has_roles values
          (5, 'user', 60, 0), (2, 'user', 60, 1), (5, 'user', 61, 0), (3, 'user', 61, 1), (1, 'user', 61, 2), (5, 'user', 62, 1),
          (3, 'user', 63, 2), (2, 'user', 64, 0), (3, 'user', 65, 1), (2, 'user', 65, 1), (3, 'user', 68, 1), (3, 'robot', 67, 1);
        insert into model_has_permissions values (1, 'user', 66, 1), (1, 'user', 61, 0);
        """)
      let token = try await shop.register(60)
      try await shop.give(.admin, to: 60, team: 1)
      func staff(_ query: String = "", website: Int64? = 1, by other: String? = nil) async throws -> Answer {
        try await shop.send(.get, "/auth/staff\(query)", nil, other ?? token, website: website)
      }
      func ids(_ answer: Answer) throws -> [Int64] { try answer.json["data"]?.arrayValue?.compactMap { $0["id"]?.int64Value } ?? [] }
      let all = try await staff()
      #expect(try ids(all) == [60, 61, 65, 66])
      let rows = try #require(try all.json["data"]?.arrayValue)
      #expect(
        rows.map { $0["roles"]?.arrayValue?.compactMap { $0["name"]?.stringValue } } == [["admin"], ["manager"], ["admin", "manager"], []])
      #expect(rows.map { $0["permissions"]?.arrayValue?.compactMap { $0["name"]?.stringValue } } == [[], [], [], ["users.view"]])
      #expect(rows[1]["email"]?.stringValue == "u1@example.org")
      // By pages, by role, by name.
      let first = try await staff("?limit=3&sort=-email")
      #expect(try ids(first) == [66, 65, 61])
      let next = try #require(try first.json["page"]?["next"]?.stringValue)
      #expect(try await ids(staff("?limit=3&sort=-email&cursor=\(next)")) == [60])
      #expect(try await ids(staff("?filter%5Brole_id%5D=3")) == [61, 65])
      #expect(try await ids(staff("?search=u5@")) == [65])
      #expect(try await ids(staff("?team_id=1")) == [60, 61, 65, 66])
      // Not of another team, nor of the platform; and nobody who gives no rights there.
      for (query, website) in [("?team_id=2", 1), ("?team_id=0", 1), ("", 2), ("", nil), ("?team_id=1", nil)] as [(String, Int64?)] {
        #expect(try await staff(query, website: website).code == "forbidden", "\(query), website \(website ?? 0)")
      }
      let manager = try await shop.register(61)
      try await shop.give(.manager, to: 61, team: 1)
      #expect(try await staff(by: manager).code == "forbidden")
      // The platform's administrators see every team, and that of the platform: customers are no staff.
      let root = try await shop.harness.token(1, .admin)
      #expect(try await ids(staff(website: nil, by: root)) == [61, 64])
      #expect(try await ids(staff("?team_id=2", website: nil, by: root)) == [61, 63])
      #expect(try await ids(staff(website: 1, by: root)) == [60, 61, 65, 66])
      #expect(try await staff("?team_id=x", website: nil, by: root).status == 400)
    }
  }

  @Test func `nobody gives or takes more within a website than he may do there`() async throws {
    try await Shop.with { shop in
      let token = try await shop.register(60)
      try await shop.give(.admin, to: 60, team: 1)
      for id in [61, 62, 63] as [Int64] { _ = try await shop.register(id) }
      func status(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, by token: String) async throws -> Int {
        try await shop.send(method, "/auth/users\(path)", body, token).status
      }
      // Not the highest role, none with rights that he has not, no permission that he has not.
      for role in [DefaultRole.superAdmin, .customerServiceAgent] {
        #expect(try await status(.post, "/60/roles", #"{"role_id":\#(role.id)}"#, by: token) == 403, "\(role)")
      }
      #expect(try await status(.post, "/60/permissions", #"{"permission_id":\#(DefaultPermission.usersDelete.id)}"#, by: token) == 403)
      // Nothing from who is more than he there; what somebody is elsewhere does not matter.
      try await shop.give(.superAdmin, to: 62, team: 1)
      try await shop.give(.manager, to: 62, team: 1)
      #expect(try await status(.delete, "/62/roles/\(DefaultRole.manager.id)", by: token) == 403)
      try await shop.give(.superAdmin, to: 63, team: 0)
      #expect(try await status(.post, "/63/roles", #"{"role_id":\#(DefaultRole.manager.id)}"#, by: token) == 200)
      #expect(try await status(.delete, "/63/roles/\(DefaultRole.superAdmin.id)?team_id=0", by: token) == 403)
      #expect(try await status(.patch, "/61", #"{"lastname":"X"}"#, by: token) == 403)
      // Who may only change accounts gives no role that routes ask for by its name.
      try await shop.execute(
        AddReference<Role>(id: RoleID(1_000), row: .init(name: "clerk", permissionIDs: [DefaultPermission.usersUpdate.id])))
      try await shop.execute(AssignRole(userID: UserID(61), roleID: RoleID(1_000), teamID: 1, assignedBy: nil))
      let clerk = try await shop.harness.services.tokens.issue(Account.load(UserID(61), shop.harness.log).caller)
      #expect(try await status(.post, "/61/roles", #"{"role_id":\#(DefaultRole.newsletterManager.id)}"#, by: clerk) == 403)
      #expect(try await status(.post, "/61/roles", #"{"role_id":\#(DefaultRole.admin.id)}"#, by: clerk) == 403)
      #expect(try await status(.post, "/63/roles", #"{"role_id":1000}"#, by: clerk) == 403)
      #expect(try await status(.post, "/60/roles", #"{"role_id":1000}"#, by: clerk) == 403)
      #expect(try await status(.delete, "/61/roles/1000", by: clerk) == 204)
      #expect(try await status(.post, "/61/roles", #"{"role_id":1000}"#, by: clerk) == 403)
      // A super administrator of the website gives everything within it.
      let root = try await shop.harness.services.tokens.issue(Account.load(UserID(62), shop.harness.log).caller)
      #expect(try await status(.post, "/61/roles", #"{"role_id":\#(DefaultRole.superAdmin.id)}"#, by: root) == 200)
      #expect(try await status(.post, "/61/roles", #"{"role_id":\#(DefaultRole.manager.id),"team_id":0}"#, by: root) == 403)
    }
  }
}
