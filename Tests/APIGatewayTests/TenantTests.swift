import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

/// Whose shop a request is for, and that nobody sees or touches another shop's things.
@Suite struct TenantTests {
  private func tenants(_ databases: ReadDatabases, maximumAge: Duration = .zero) -> Tenants {
    Tenants(databases.sides.websites, platformDomain: "comptoir.example", platformHosts: ["localhost"], maximumAge: maximumAge)
  }

  @Test func `a host is a website's, closed, deleted, or the platform's`() async throws {
    try await ReadDatabases.with { databases in
      let tenants = tenants(databases)
      let expected: [(String?, Tenants.Tenant)] = [
        ("shop.example.org", .website(WebsiteID(1))), ("SHOP.Example.org:8443", .website(WebsiteID(1))),
        ("boutique.comptoir.example", .website(WebsiteID(1))), ("boutique.example.org", .platform),
        ("atelier.example.org", .closed(WebsiteID(2))), ("gone.example.org", .deleted), ("localhost:8100", .platform),
        ("comptoir.example", .platform), ("nobody.comptoir.example", .platform), ("[::1]:8100", .platform), ("", .platform),
        ("' or true --", .platform), (nil, .platform),
      ]
      for (host, tenant) in expected { #expect(try await tenants.tenant(at: host) == tenant, "\(host ?? "none")") }
      #expect(try await tenants.tenant(of: WebsiteID(2)) == .closed(WebsiteID(2)))
      #expect(try await tenants.tenant(of: WebsiteID(99)) == .platform)
      try await databases.execute(
        "websites_service_db", #"update websites set settings = '{"advanced":{"maintenance_mode":true}}' where id = 1"#)
      #expect(try await tenants.tenant(at: "shop.example.org") == .closed(WebsiteID(1)))
    }
  }

  @Test func `a host is looked up once in the time it may be old, and the platform's own never`() async throws {
    try await ReadDatabases.with { databases in
      let patient = tenants(databases, maximumAge: .seconds(600))
      #expect(try await patient.tenant(at: "shop.example.org") == .website(WebsiteID(1)))
      try await databases.execute("websites_service_db", "update websites set is_active = false where id = 1")
      #expect(try await patient.tenant(at: "shop.example.org") == .website(WebsiteID(1)))
      #expect(try await tenants(databases).tenant(at: "shop.example.org") == .closed(WebsiteID(1)))
    }
    // Its database is away here.
    let harness = try await Harness(platformHosts: ["localhost"])
    #expect(try await harness.services.tenants.tenant(at: "localhost:1") == .platform)
    #expect(try await harness.send(.post, "/api/v1/shelves/shelves/1/things", #"{"count":1}"#, token: harness.token()).status == 201)
    await #expect(throws: (any Error).self) { try await harness.services.tenants.tenant(at: "shop.example.org") }
  }

  /// Things of website 1 beside those of the platform.
  private func withThings(_ body: (Harness, ReadDatabases) async throws -> Void) async throws {
    try await ReadDatabases.with { databases in
      try await databases.execute(
        "products_service_db",
        """
        insert into products select 70, 'Ordinateur du site', 'S-1', 1, 1, null, 1, '2026-01-01', now(), null;
        insert into product_types values (70, 70, 1, now(), now());
        """)
      try await databases.execute(
        "orders_service_db",
        """
        insert into orders select 70, 'ORD-20260101-0070', 1, 1, null, 1, 10, 12, 0, 2, null, 1, now(), now(), null;
        """)
      try await databases.execute("baskets_service_db", "insert into baskets select 70, 1, 5, 1, now(), now(), null;")
      // The requests of the tests come to `localhost`.
      try await databases.execute("websites_service_db", "update websites set domain = 'localhost' where id = 1")
      try await body(try await Harness(groups: APIGateway.groups, reads: databases.sides, platformHosts: []), databases)
    }
  }

  private func ids(_ answer: Answer) throws -> [Int64] {
    try answer.json["data"]?.arrayValue?.compactMap { $0["id"]?.int64Value }.sorted() ?? []
  }

  @Test func `a website's host shows what is the website's, and nothing else`() async throws {
    try await withThings { harness, databases in
      let platform = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      func get(_ path: String, _ harness: Harness) async throws -> Answer {
        try await harness.send(.get, "/api/v1\(path)", token: harness.token(1))
      }
      #expect(try await ids(get("/products/products", harness)) == [70])
      #expect(try await ids(get("/products/products", platform)) == [1, 2, 3])
      #expect(try await ids(get("/products/products?limit=1&count=exact&in_stock=true&sort=name", harness)) == [70])
      #expect(try await get("/products/products?count=exact", harness).json["page"]?["total"]?.int64Value == 1)
      #expect(try await ids(get("/products/types/1/products", harness)) == [70])
      #expect(try await ids(get("/products/products/search?q=ordinateur", harness)) == [70])
      #expect(try await ids(get("/products/products/search?q=ordinateur", platform)) == [1])
      #expect(try await get("/products/products/70", harness).status == 200)
      #expect(try await get("/products/products/70?include=brand&fields[product]=id", harness).status == 200)
      for (path, harness) in [
        ("/products/products/1", harness), ("/products/products/70", platform), ("/products/products/1/images", harness),
        ("/products/products/70/images", platform), ("/orders/orders/1", harness), ("/orders/orders/70", platform),
      ] { #expect(try await get(path, harness).code == "not-found", "\(path)") }
      #expect(try await get("/orders/orders/70", harness).status == 200)
      #expect(try await ids(get("/orders/orders", harness)) == [70])
      #expect(try await ids(get("/orders/orders", platform)) == [1, 2, 3])
      #expect(try await get("/baskets/baskets/current", harness).json["data"]?["id"]?.int64Value == 70)
      #expect(try await get("/baskets/baskets/current", platform).json["data"]?["id"]?.int64Value == 1)
      // What is everybody's is there on both.
      #expect(try await ids(get("/products/vat", harness)) == ids(get("/products/vat", platform)))
      func counts(_ harness: Harness) async throws -> [Int64] {
        let answer = try await harness.send(.get, "/api/v1/orders/order-status/statistics", token: harness.token(9, .admin))
        return try answer.json["data"]?.arrayValue?.compactMap { $0["orders"]?.int64Value } ?? []
      }
      #expect(try await counts(harness).reduce(0, +) == 1)
      #expect(try await counts(platform).reduce(0, +) == 3)
      let without = try await harness.send(
        .get, "/api/v1/orders/order-status/statistics?fields[order_statistics]=status", token: harness.token(9, .admin))
      #expect(without.status == 200)
    }
  }

  @Test func `pages of a website meet every row once`() async throws {
    try await withThings { harness, databases in
      try await databases.execute(
        "products_service_db",
        "insert into products select 70 + n, 'P' || n, 'P-' || n, n, 1, null, 1, now(), now(), null from generate_series(1, 5) n")
      var (seen, cursor) = ([Int64](), String?.none)
      repeat {
        let query = "limit=2&sort=-price_ht" + (cursor.map { "&cursor=\($0)" } ?? "")
        let answer = try await harness.send(.get, "/api/v1/products/products?\(query)")
        seen += try answer.json["data"]?.arrayValue?.compactMap { $0["id"]?.int64Value } ?? []
        cursor = try answer.json["page"]?["next"]?.stringValue
      } while cursor != nil
      #expect(seen == [75, 74, 73, 72, 71, 70] || seen == [75, 74, 73, 72, 70, 71])
    }
  }

  @Test func `staff names a website, others may not`() async throws {
    try await ReadDatabases.with { databases in
      try await databases.execute("products_service_db", "update products set website_id = 2 where id = 2")
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      func get(_ website: String, _ token: String?) async throws -> Answer {
        try await harness.send(.get, "/api/v1/products/products", token: token, headers: ["Comptoir-Website": website])
      }
      // Closed to visitors, but not to staff.
      #expect(try await ids(get("2", harness.token(9, .support))) == [2])
      #expect(try await get("1", nil).code == "unauthorized")
      #expect(try await get("1", harness.token(9)).code == "forbidden")
      #expect(try await get("x", harness.token(9, .support)).code == "invalid-header")
      #expect(try await get("0", harness.token(9, .support)).code == "invalid-header")
      #expect(try await get("99", harness.token(9, .support)).code == "not-found")
      #expect(try await get("3", harness.token(9, .support)).code == "not-found")
      _ = try await harness.services.executor.execute(
        RegisterUser(userID: UserID(60), email: "t@example.org", firstname: "T", lastname: "A", passwordHash: "x", emailClaim: "email:t"))
      for (id, row) in Permission.defaultRows {
        _ = try await harness.services.executor.execute(SeedReference<Permission>(id: id, row: row))
      }
      for (id, row) in Role.defaultRows { _ = try await harness.services.executor.execute(SeedReference<Role>(id: id, row: row)) }
      _ = try await harness.services.executor.execute(
        AssignRole(userID: UserID(60), roleID: DefaultRole.merchant.id, teamID: 2, assignedBy: nil))
      #expect(try await ids(get("2", harness.token(60))) == [2])
      #expect(try await get("1", harness.token(60)).code == "forbidden")
    }
  }

  @Test func `a closed website answers that it is closed, a deleted one that there is nothing`() async throws {
    try await withThings { harness, databases in
      try await databases.execute("websites_service_db", "update websites set is_active = false where id = 1")
      let closed = try await harness.send(.get, "/api/v1/products/products")
      #expect(try closed.code == "website-closed")
      #expect(closed["Retry-After"] == "60")
      try await databases.execute("websites_service_db", "update websites set deleted_at = now() where id = 1")
      #expect(try await harness.send(.get, "/api/v1/products/products").code == "not-found")
    }
  }

  @Test func `commands reach only what is the website's`() async throws {
    try await withThings { harness, databases in
      let token = try await harness.token(9, .admin)
      func send(_ method: HTTPRequest.Method, _ path: String, _ body: String?, on website: Bool) async throws -> Answer {
        var headers = ["If-Match": "*"]
        if !website { headers["Comptoir-Website"] = "2" }
        return try await harness.send(method, "/api/v1/products/admin/products\(path)", body, token: token, headers: headers)
      }
      let added = try await send(.post, "", #"{"name":"Lampe","ref":"L-1","price_ht":"10.00","stock":5}"#, on: true)
      #expect(added.status == 201)
      let id = try #require(try added.json["data"]?["id"]?.int64Value)
      for (method, path, body) in [
        (.patch, "/\(id)", #"{"name":"Lampe 2"}"#), (.post, "/\(id)/stock", #"{"stock":7,"operation":"set"}"#), (.delete, "/\(id)", nil),
      ] as [(HTTPRequest.Method, String, String?)] {
        #expect(try await send(method, path, body, on: false).code == "not-found", "\(method) \(path)")
        #expect([200, 204].contains(try await send(method, path, body, on: true).status), "\(method) \(path)")
      }
      let event = try await harness.log.readStream(Product.stream(id), after: .none, limit: 1)[0]
      #expect(try JSONValue(parsing: event.payload)["website_id"]?.int64Value == 1)
    }
  }
}
