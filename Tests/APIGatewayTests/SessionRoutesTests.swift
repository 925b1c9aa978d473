import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Projectors
import Testing

@testable import APIGateway

/// Sessions through HTTP: signing in, renewing, signing out.
@Suite struct SessionRoutesTests {
  private static let password = "nine gentle otters juggling"

  /// A shop with an administrator, who may change accounts.
  private struct Desk {
    let harness: Harness
    let admin: String

    init(_ reads: ReadSides? = nil) async throws {
      harness = try await Harness(groups: APIGateway.groups, reads: reads)
      _ = try await harness.services.executor.execute(
        BootstrapAdministrator(
          userID: UserID(1), email: "root@example.org", firstname: "R", lastname: "T", passwordHash: "x",
          emailClaim: harness.services.emails.claim(of: "root@example.org")))
      for (id, row) in Permission.defaultRows {
        _ = try await harness.services.executor.execute(SeedReference<Permission>(id: id, row: row))
      }
      for (id, row) in Role.defaultRows { _ = try await harness.services.executor.execute(SeedReference<Role>(id: id, row: row)) }
      admin = try await harness.services.tokens.issue(Account.load(UserID(1), harness.log).caller)
    }

    func send(
      _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, _ token: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
      try await harness.send(method, "/api/v1/auth\(path)", body, token: token, headers: headers)
    }

    /// Whoever registered or signed in.
    func register(_ email: String = "ada@example.org") async throws -> Tokens {
      let body = #"{"firstname":"Ada","lastname":"L","email":"\#(email)","password":"\#(SessionRoutesTests.password)"}"#
      return try Tokens(try await send(.post, "/register", body))
    }

    func login(_ email: String = "ada@example.org", headers: [String: String] = [:]) async throws -> Tokens {
      let body = #"{"email":"\#(email)","password":"\#(SessionRoutesTests.password)"}"#
      return try Tokens(try await send(.post, "/login", body, headers: headers))
    }

    func refresh(_ token: String) async throws -> Answer { try await send(.post, "/refresh", #"{"refresh_token":"\#(token)"}"#) }

    /// Whether a token lets in.
    func lets(_ token: String) async throws -> Bool { try await send(.patch, "/me", "{}", token).status == 200 }
  }

  private struct Tokens {
    let user: Int64
    let access: String
    let refresh: String
    var session: Int64 { Int64(refresh.prefix { $0 != "." })! }

    init(_ answer: Answer) throws {
      #expect(answer.status == 200 || answer.status == 201)
      #expect(answer["Cache-Control"]?.contains("no-store") == true)
      let data = try #require(try answer.json["data"])
      #expect(data["expires_in"]?.int64Value == 900)
      #expect(data["refresh_expires_in"]?.int64Value == 1_209_600)
      user = try #require(data["user"]?["id"]?.int64Value)
      access = try #require(data["token"]?.stringValue)
      refresh = try #require(data["refresh_token"]?.stringValue)
    }
  }

  @Test func `signing in gives two tokens, and the second one renews both`() async throws {
    let desk = try await Desk()
    let first = try await desk.register()
    let second = try Tokens(try await desk.refresh(first.refresh))
    #expect(second.session == first.session)
    #expect(second.refresh != first.refresh)
    #expect(try await desk.lets(second.access))
    // The older access token is the same session's, and good for its 15 minutes.
    #expect(try await desk.lets(first.access))
    let other = try await desk.login()
    #expect(other.session != first.session)
    _ = try Tokens(try await desk.refresh(other.refresh))
    #expect(try await desk.harness.send(.post, "/api/auth/refresh", #"{"refresh_token":"\#(second.refresh)"}"#)["Deprecation"] != nil)
    let stored = desk.harness.log.events.map { String(decoding: $0.payload, as: UTF8.self) }.joined()
    for token in [first.refresh, second.refresh] { #expect(!stored.contains(token.split(separator: ".")[1])) }
  }

  @Test func `a refresh token that is shown twice ends its session at once, and no other`() async throws {
    let desk = try await Desk()
    let (first, other) = (try await desk.register(), try await desk.login())
    let second = try Tokens(try await desk.refresh(first.refresh))
    #expect(try await desk.refresh(first.refresh).code == "invalid-refresh-token")
    #expect(try await desk.refresh(second.refresh).code == "invalid-refresh-token")
    for token in [first.access, second.access] { #expect(try await !desk.lets(token)) }
    #expect(try await desk.lets(other.access))
    _ = try Tokens(try await desk.refresh(other.refresh))
  }

  @Test func `what is no refresh token renews nothing`() async throws {
    let desk = try await Desk()
    let mine = try await desk.register()
    let secret = mine.refresh.split(separator: ".")[1]
    for token in [
      "", "x", ".", "1.", "0.\(secret)", "-1.\(secret)", "\(mine.session + 1).\(secret)", "\(mine.session).\(String(secret.reversed()))",
      mine.access,
      "\(mine.refresh)A", " \(mine.refresh)", "99999999999999999999.\(secret)",
    ] {
      let answer = try await desk.refresh(token)
      #expect(["invalid-refresh-token", "too-short", "too-long"].contains(try answer.code), "\(token)")
    }
    for (body, code) in [
      ("{}", "missing-field"), (#"{"refresh_token":1}"#, "wrong-type"), (#"{"refresh_token":"a","user_id":1}"#, "unknown-field"),
    ] {
      #expect(try await desk.send(.post, "/refresh", body).code == code)
    }
    _ = try Tokens(try await desk.refresh(mine.refresh))
  }

  @Test func `a repeated registration gives no tokens`() async throws {
    let desk = try await Desk()
    let body = #"{"firstname":"Ada","lastname":"L","email":"ada@example.org","password":"\#(Self.password)"}"#
    _ = try Tokens(try await desk.send(.post, "/register", body, headers: ["Idempotency-Key": "k"]))
    let again = try await desk.send(.post, "/register", body, headers: ["Idempotency-Key": "k"])
    #expect(again["Idempotency-Replayed"] == "true")
    #expect(try again.json["data"]?["token"]?.isNull == true)
    #expect(try again.json["data"]?["refresh_token"]?.isNull == true)
  }

  @Test func `signing out ends this session at once, and signing out everywhere all of them`() async throws {
    let desk = try await Desk()
    let (first, second, third) = (try await desk.register(), try await desk.login(), try await desk.login())
    #expect(try await desk.send(.post, "/logout", nil, first.access).status == 204)
    #expect(try await desk.send(.post, "/logout", nil, first.access).code == "unauthorized")
    #expect(try await desk.refresh(first.refresh).code == "invalid-refresh-token")
    #expect(try await desk.lets(second.access))
    #expect(try await desk.send(.delete, "/sessions", nil, second.access).status == 204)
    for tokens in [second, third] {
      #expect(try await !desk.lets(tokens.access))
      #expect(try await desk.refresh(tokens.refresh).code == "invalid-refresh-token")
    }
    #expect(try await desk.lets(try await desk.login().access))
  }

  @Test func `one ends one's own session, and no other's`() async throws {
    let desk = try await Desk()
    let (here, there, other) = (try await desk.register(), try await desk.login(), try await desk.register("bob@example.org"))
    #expect(try await desk.send(.delete, "/sessions/\(there.session)", nil, other.access).code == "not-found")
    for id in ["0", "x", "99999"] { #expect(try await desk.send(.delete, "/sessions/\(id)", nil, here.access).code == "not-found") }
    #expect(try await desk.lets(there.access))
    #expect(try await desk.send(.delete, "/sessions/\(there.session)", nil, here.access).status == 204)
    #expect(try await desk.send(.delete, "/sessions/\(there.session)", nil, here.access).status == 204)
    #expect(try await !desk.lets(there.access))
    #expect(try await desk.lets(here.access))
  }

  @Test func `an administrator ends an account's sessions, but not those of one who may do more`() async throws {
    let desk = try await Desk()
    let mine = try await desk.register()
    #expect(try await desk.send(.delete, "/users/\(mine.user)/sessions", nil, desk.admin).status == 204)
    #expect(try await !desk.lets(mine.access))
    #expect(try await desk.refresh(mine.refresh).code == "invalid-refresh-token")
    #expect(try await desk.send(.delete, "/users/999/sessions", nil, desk.admin).code == "not-found")
    let manager = try await desk.login()
    _ = try await desk.harness.services.executor.execute(
      AssignRole(userID: UserID(manager.user), roleID: DefaultRole.admin.id, assignedBy: nil), id: CommandID())
    #expect(try await desk.send(.delete, "/users/1/sessions", nil, manager.access).code == "forbidden")
  }

  @Test func `another address, another password and a closed account end every session`() async throws {
    let desk = try await Desk()
    func others() async throws -> (Tokens, Tokens) { (try await desk.login("new@example.org"), try await desk.login("new@example.org")) }
    let first = try await desk.register()
    let change = #"{"email":"new@example.org","current_password":"\#(Self.password)"}"#
    #expect(try await desk.send(.patch, "/me", change, first.access).status == 200)
    #expect(try await !desk.lets(first.access))
    #expect(try await desk.refresh(first.refresh).code == "invalid-refresh-token")
    let (second, third) = try await others()
    let body = #"{"current_password":"\#(Self.password)","password":"seven brave herons whistling"}"#
    let fresh = try Tokens(try await desk.send(.put, "/me/password", body, second.access))
    for tokens in [second, third] { #expect(try await desk.refresh(tokens.refresh).code == "invalid-refresh-token") }
    #expect(try await desk.lets(fresh.access))
    #expect(try await desk.send(.delete, "/me", nil, fresh.access).status == 204)
    #expect(try await desk.refresh(fresh.refresh).code == "invalid-refresh-token")
  }

  @Test func `a token of a session that is over is not valid for services either`() async throws {
    let desk = try await Desk()
    let tokens = try await desk.register()
    func isValid() async throws -> Bool? {
      try await desk.send(.post, "/validate-token", #"{"token":"\#(tokens.access)"}"#).json["data"]?["valid"]?.boolValue
    }
    #expect(try await isValid() == true)
    _ = try await desk.send(.post, "/logout", nil, tokens.access)
    #expect(try await isValid() == false)
  }

  @Test func `a process that begins later knows which sessions are over`() async throws {
    let desk = try await Desk()
    let (over, open) = (try await desk.register(), try await desk.login())
    _ = try await desk.send(.post, "/logout", nil, over.access)
    let later = Standings(log: desk.harness.log, maximumAge: .zero, tokenLifetime: .seconds(900), capacity: 10)
    let tokens = desk.harness.services.tokens
    await #expect(throws: Problem.self) { try await later.standing(of: tokens.verify(over.access)) }
    #expect(try await later.standing(of: tokens.verify(open.access)) != nil)
  }

  @Test func `one sees where one is signed in, and an administrator also what is over`() async throws {
    try await ReadDatabases.with(only: ["auth_service_db"]) { databases in
      try await databases.execute("auth_service_db", "truncate users, sessions, permissions, roles cascade")
      let desk = try await Desk(databases.sides)
      try await databases.withProjector(.auth, desk.harness.log) {
        let first = try await desk.register()
        let second = try await desk.login(headers: ["User-Agent": "A telephone"])
        let end = try await desk.send(.delete, "/sessions/\(first.session)", nil, second.access)
        let headers = ["Comptoir-Min-Position": end["Comptoir-Position"]!, "Prefer": "wait=20"]
        let own = try await desk.send(.get, "/sessions", nil, second.access, headers: headers)
        #expect(try own.json["data"]?.arrayValue?.map { $0["id"]?.int64Value } == [second.session])
        #expect(try own.json["data"]?[0]?["is_current"]?.boolValue == true)
        #expect(try own.json["data"]?[0]?["user_agent"]?.stringValue == "A telephone")
        let all = try await desk.send(.get, "/users/\(first.user)/sessions", nil, desk.admin, headers: headers)
        let reasons = try all.json["data"]?.arrayValue?.map { $0["revocation_reason"]?.stringValue }
        #expect(reasons == [nil, "logout"])
        let other = try await desk.register("bob@example.org")
        #expect(try await desk.send(.get, "/users/\(first.user)/sessions", nil, other.access).code == "forbidden")
        let everywhere = try await desk.send(.delete, "/sessions", nil, second.access)
        let after = try await desk.send(
          .get, "/users/\(first.user)/sessions?sort=created_at", nil, desk.admin,
          headers: ["Comptoir-Min-Position": everywhere["Comptoir-Position"]!, "Prefer": "wait=20"])
        #expect(after.status == 200)
        #expect(try after.json["data"]?.arrayValue?.map { $0["revocation_reason"]?.stringValue } == ["logout", "logout"])
      }
    }
  }

  @Test func `where a client is comes from the connection, or from proxies of our own`() {
    func address(_ forwarded: String?, proxies: Int) -> String? {
      GatewayResponder.clientAddress(forwarded: forwarded, remote: "198.51.100.1", trustedProxies: proxies)
    }
    #expect(address("192.0.2.1", proxies: 0) == "198.51.100.1")
    #expect(address("203.0.113.9, 192.0.2.1", proxies: 1) == "192.0.2.1")
    #expect(address("203.0.113.9, 192.0.2.1", proxies: 2) == "203.0.113.9")
    for missing in [nil, "", " , "] { #expect(address(missing, proxies: 1) == "198.51.100.1") }
  }
}
