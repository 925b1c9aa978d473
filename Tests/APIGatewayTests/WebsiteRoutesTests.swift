import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

@Suite struct WebsiteRoutesTests {
  private let harness: Harness

  init() async throws {
    harness = try await Harness(groups: APIGateway.groups)
  }

  private func send(
    _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, as user: Int64 = 42, _ role: PlatformRole = .customer
  ) async throws -> Answer {
    try await harness.send(method, "/api/v1/websites/websites\(path)", body, token: harness.token(user, role))
  }

  /// A new website's id.
  private func create(_ body: String, as user: Int64 = 42) async throws -> Int64 {
    let answer = try await send(.post, "", body, as: user)
    #expect(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
    return try #require(try answer.json["data"]?["id"]?.int64Value)
  }

  private func website(_ id: Int64) async throws -> Website.Content {
    let keys = try await harness.log.subjectKeys([UserID(42).subject, UserID(43).subject], create: false)
    let events = try await harness.log.readStream(Website.stream(id), after: .none, limit: 100)
    let state = Website.state(after: try events.map { try WebsiteEvent.decoder.decode($0, keys: keys) })
    return try #require(state.content)
  }

  @Test func `a website gets what its owner leaves out: label, domain, look and settings`() async throws {
    let first = try await website(try await create(#"{"name":"Épicerie Zoé","domain":"Zoe.example.org"}"#))
    #expect(first.userID == UserID(42))
    #expect((first.domain, first.subdomain) == ("zoe.example.org", "epicerie-zoe"))
    #expect(first.settings?["general"]?["currency"]?.stringValue == "EUR")
    let id = try await create(#"{"name":"Épicerie Zoé","subdomain":"Zoe-2","settings":{"general":{"currency":"CHF"}}}"#)
    let second = try await website(id)
    #expect((second.domain, second.subdomain) == ("zoe-2.comptoir.example", "zoe-2"))
    #expect(second.settings?["general"] == ["timezone": "Europe/Paris", "language": "fr", "currency": "CHF"])
    // The label that the name makes is taken by now.
    let third = try await create(#"{"name":"Epicerie Zoe","domain":"third.example.org"}"#)
    #expect(try await website(third).subdomain == "site-\(third)")
    let fourth = try await website(try await create(#"{"name":"X","domain":"fourth.comptoir.example"}"#))
    #expect(fourth.subdomain == "fourth")
  }

  @Test(arguments: [
    (#"{"name":"A"}"#, "missing-field", "/domain"), (#"{"domain":"a.example.org"}"#, "missing-field", "/name"),
    (#"{"name":"A","domain":"nohost"}"#, "invalid-format", "/domain"), (#"{"name":"A","subdomain":"ab"}"#, "too-short", "/subdomain"),
    (#"{"name":"A","subdomain":"a_b"}"#, "invalid-format", "/subdomain"),
    (#"{"name":"A","subdomain":"www"}"#, "unknown-reference", "/subdomain"),
    (#"{"name":"A","subdomain":"abc","theme":"neon"}"#, "value-not-allowed", "/theme"),
    (#"{"name":"A","subdomain":"abc","primary_color":"red"}"#, "invalid-format", "/primary_color"),
    (#"{"name":"A","subdomain":"abc","settings":[]}"#, "wrong-type", "/settings"),
    (#"{"name":"A","subdomain":"abc","settings":{"general":{"currency":"XXX"}}}"#, "unknown-reference", "/settings/general/currency"),
    (#"{"name":"A","subdomain":"abc","settings":{"general":{"timezone":"Mars"}}}"#, "unknown-reference", "/settings/general/timezone"),
    (#"{"name":"A","subdomain":"abc","settings":{"contact":{"support_email":"x"}}}"#, "invalid-format", "/settings/contact/support_email"),
    (#"{"name":"A","subdomain":"abc","user_id":7}"#, "unknown-field", "/user_id"),
    (#"{"name":"A","subdomain":"abc","domain":"other.comptoir.example"}"#, "unknown-reference", "/domain"),
  ])
  func `each wrong field of a website is named`(body: String, code: String, pointer: String) async throws {
    let answer = try await send(.post, "", body)
    #expect(answer.status == 422)
    #expect(try answer.json["errors"]?[0]?["code"]?.stringValue == code)
    #expect(try answer.json["errors"]?[0]?["pointer"]?.stringValue == pointer)
    #expect(try await harness.log.head() == .start)
  }

  @Test func `names are taken once, whatever their case, also by two at once`() async throws {
    _ = try await create(#"{"name":"A","domain":"a.example.org","subdomain":"abc"}"#)
    let domain = try await send(.post, "", #"{"name":"B","domain":"A.example.ORG","subdomain":"bcd"}"#, as: 43)
    #expect(domain.status == 409)
    #expect(try domain.json["errors"]?[0]?["pointer"]?.stringValue == "/domain")
    let label = try await send(.post, "", #"{"name":"B","domain":"b.example.org","subdomain":"ABC"}"#, as: 43)
    #expect(try label.json["errors"]?[0]?["pointer"]?.stringValue == "/subdomain")
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for user in 50..<58 {
        group.addTask {
          try await send(.post, "", #"{"name":"Same","domain":"same.example.org","subdomain":"same"}"#, as: Int64(user)).status
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses.filter { $0 == 201 }.count == 1)
    #expect(statuses.filter { $0 == 409 }.count == 7)
  }

  @Test func `an owner manages his website, and no other`() async throws {
    let id = try await create(#"{"name":"A","subdomain":"abc"}"#)
    #expect(try await send(.patch, "/\(id)", #"{"name":"B","subdomain":"xyz","logo_path":"/websites/logos/\#(id)/a.png"}"#).status == 200)
    #expect(try await website(id).domain == "xyz.comptoir.example")
    #expect(try await send(.put, "/\(id)", #"{"logo_path":null,"settings":{"advanced":{"debug_mode":null}}}"#).status == 200)
    #expect(try await website(id).logoPath == nil)
    #expect(try await website(id).settings?["advanced"] == ["maintenance_mode": false])
    #expect(try await send(.post, "/\(id)/deactivate", #"{"reason":"maintenance"}"#).status == 200)
    #expect(try await send(.post, "/\(id)/deactivate").status == 200)
    #expect(try await send(.post, "/\(id)/activate").status == 200)
    #expect(try await send(.post, "/\(id)/deactivate", #"{"reason":"owner_deleted"}"#).code == "value-not-allowed")
    for (method, path, body) in [
      (.patch, "/\(id)", #"{"name":"C"}"#), (.post, "/\(id)/activate", nil), (.post, "/\(id)/deactivate", nil), (.delete, "/\(id)", nil),
      (.patch, "/999", #"{"name":"C"}"#),
    ] as [(HTTPRequest.Method, String, String?)] {
      #expect(try await send(method, path, body, as: 43).code == "not-found", "\(method) \(path)")
    }
    #expect(try await send(.patch, "/\(id)", #"{"user_id":43}"#).code == "forbidden")
    #expect(try await send(.post, "/\(id)/restore").code == "forbidden")
  }

  @Test func `a deleted website is gone until an administrator restores it`() async throws {
    let id = try await create(#"{"name":"A","subdomain":"abc"}"#)
    #expect(try await send(.post, "/\(id)/restore", as: 1, .admin).json["current"]?.stringValue == "active")
    #expect(try await send(.delete, "/\(id)").status == 204)
    #expect(try await send(.delete, "/\(id)").status == 204)
    #expect(try await send(.patch, "/\(id)", #"{"name":"B"}"#).code == "not-found")
    #expect(try await send(.post, "", #"{"name":"A","subdomain":"abc"}"#, as: 43).code == "already-taken")
    #expect(try await send(.post, "/\(id)/restore", as: 1, .admin).status == 200)
    #expect(try await send(.patch, "/\(id)", #"{"name":"B"}"#).status == 200)
  }

  @Test func `who administers a website changes it, and only the platform hands it over`() async throws {
    let id = try await create(#"{"name":"A","subdomain":"abc"}"#)
    for (role, row) in Role.defaultRows where role == DefaultRole.admin.id {
      for (permission, row) in Permission.defaultRows {
        _ = try await harness.services.executor.execute(SeedReference<Permission>(id: permission, row: row))
      }
      _ = try await harness.services.executor.execute(SeedReference<Role>(id: role, row: row))
    }
    _ = try await harness.services.executor.execute(
      RegisterUser(userID: UserID(60), email: "t@example.org", firstname: "T", lastname: "A", passwordHash: "x", emailClaim: "email:t"))
    #expect(try await send(.patch, "/\(id)", #"{"name":"B"}"#, as: 60).code == "not-found")
    _ = try await harness.services.executor.execute(
      AssignRole(userID: UserID(60), roleID: DefaultRole.admin.id, teamID: id, assignedBy: nil))
    #expect(try await send(.patch, "/\(id)", #"{"name":"B"}"#, as: 60).status == 200)
    #expect(try await send(.patch, "/\(id)", #"{"user_id":60}"#, as: 60).code == "forbidden")
    #expect(try await send(.post, "/\(id)/restore", as: 60).code == "forbidden")
  }

  @Test func `visitors see open websites without what is the owner's`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      func get(_ path: String, _ user: Int64? = nil, _ role: PlatformRole = .customer) async throws -> Answer {
        let token = if let user { try await harness.token(user, role) } else { String?.none }
        return try await harness.send(.get, "/api/v1/websites/websites\(path)", token: token)
      }
      func ids(_ path: String, _ user: Int64? = nil, _ role: PlatformRole = .customer) async throws -> [Int64] {
        try await get(path, user, role).json["data"]?.arrayValue?.compactMap { $0["id"]?.int64Value }.sorted() ?? []
      }
      #expect(try await ids("") == [1])
      #expect(try await ids("", 5) == [1, 2])
      #expect(try await ids("", 9, .admin) == [1, 2])
      let visitor = try await get("/1").json["data"]
      #expect(visitor?["settings"] == .null && visitor?["user_id"] == .null)
      #expect(try await get("/1?include=owner").json["data"]?["owner"] == .null)
      let owner = try await get("/1?include=owner", 1).json["data"]
      #expect(owner?["settings"]?["general"]?["currency"] == "EUR")
      #expect(owner?["owner"]?["name"] == "First Last")
      #expect(try await get("/2").code == "not-found")
      #expect(try await get("/2", 1).code == "not-found")
      #expect(try await get("/2", 5).status == 200)
      #expect(try await get("/3", 5).code == "not-found")
      #expect(try await ids("/deleted", 9, .admin) == [3])
      #expect(try await get("/search").status == 400)
      #expect(try await ids("/search?q=BOUT") == [1])
      #expect(try await ids("/search?q=atel") == [])
      #expect(try await ids("?search=shop.ex") == [1])
    }
  }

  @Test func `a website is handed to an account that is there`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let token = try await harness.token(9, .admin)
      let made = try await harness.send(
        .post, "/api/v1/websites/websites", #"{"name":"A","subdomain":"abc"}"#, token: harness.token(42))
      let id = try #require(try made.json["data"]?["id"]?.int64Value)
      let unknown = try await harness.send(.patch, "/api/v1/websites/websites/\(id)", #"{"user_id":99}"#, token: token)
      #expect(try unknown.json["errors"]?[0]?["pointer"]?.stringValue == "/user_id")
      #expect(try await harness.send(.patch, "/api/v1/websites/websites/\(id)", #"{"user_id":1}"#, token: token).status == 200)
      #expect(try await harness.send(.patch, "/api/v1/websites/websites/\(id)", #"{"name":"B"}"#, token: harness.token(42)).status == 404)
    }
  }
}
