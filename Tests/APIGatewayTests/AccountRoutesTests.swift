import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

/// Accounts, roles and permissions through HTTP.
@Suite struct AccountRoutesTests {
  private let harness: Harness
  private let admin: String

  init() async throws {
    harness = try await Harness(groups: APIGateway.groups)
    _ = try await harness.services.executor.execute(
      BootstrapAdministrator(
        userID: UserID(1), email: "root@example.org", firstname: "R", lastname: "T", passwordHash: "x",
        emailClaim: harness.services.emails.claim(of: "root@example.org")))
    for (id, row) in Permission.defaultRows { _ = try await harness.services.executor.execute(SeedReference<Permission>(id: id, row: row)) }
    for (id, row) in Role.defaultRows { _ = try await harness.services.executor.execute(SeedReference<Role>(id: id, row: row)) }
    admin = try await harness.services.tokens.issue(Account.load(UserID(1), harness.log).caller)
  }

  private static let password = "nine gentle otters juggling"

  /// A new customer's id and token.
  private func register(_ email: String) async throws -> (id: Int64, token: String) {
    let answer = try await harness.send(
      .post, "/api/v1/auth/register",
      #"{"firstname":"Ada","lastname":"L","email":"\#(email)","password":"\#(Self.password)","password_confirmation":"\#(Self.password)"}"#)
    #expect(answer.status == 201)
    let data = try #require(try answer.json["data"])
    return (try #require(data["user"]?["id"]?.int64Value), try #require(data["token"]?.stringValue))
  }

  private func login(_ email: String, _ password: String = Self.password) async throws -> Answer {
    try await harness.send(.post, "/api/v1/auth/login", #"{"email":"\#(email)","password":"\#(password)"}"#)
  }

  private func send(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, _ token: String? = nil) async throws -> Answer {
    try await harness.send(method, "/api/v1/auth\(path)", body, token: token ?? admin, headers: ["If-Match": "*"])
  }

  private func events(of user: Int64) async throws -> [String] {
    try await harness.log.readStream(User.stream(user), after: .none, limit: 100).map(\.type)
  }

  // MARK: One's own account

  @Test func `one changes one's names, and nothing is written where nothing changes`() async throws {
    let (id, token) = try await register("ada@example.org")
    #expect(try await send(.patch, "/me", #"{"firstname":"Augusta"}"#, token).status == 200)
    #expect(try await send(.put, "/me", #"{"firstname":"Augusta","lastname":"L"}"#, token).status == 200)
    #expect(try await events(of: id) == ["UserRegistered", "PasswordSet", "RoleAssigned", "UserRenamed"])
  }

  @Test func `another address needs the password, and is then the one to sign in with`() async throws {
    let (_, token) = try await register("ada@example.org")
    _ = try await register("bob@example.org")
    #expect(try await send(.patch, "/me", #"{"email":"new@example.org"}"#, token).code == "missing-field")
    let wrong = try await send(.patch, "/me", #"{"email":"new@example.org","current_password":"no"}"#, token)
    #expect(try wrong.code == "wrong-password")
    let taken = try await send(.patch, "/me", #"{"email":"Bob@example.org","current_password":"\#(Self.password)"}"#, token)
    #expect(try taken.code == "already-taken")
    #expect(try taken.json["errors"]?[0]?["pointer"]?.stringValue == "/email")
    let done = try await send(.patch, "/me", #"{"email":"new@example.org","current_password":"\#(Self.password)"}"#, token)
    #expect(done.status == 200)
    #expect(try await login("ada@example.org").code == "invalid-credentials")
    #expect(try await login("new@example.org").status == 200)
    _ = try await register("ada@example.org")
  }

  @Test func `another password needs the old one, ends every token and gives a new one`() async throws {
    let (_, token) = try await register("ada@example.org")
    let next = "seven brave herons whistling"
    func body(_ old: String, _ new: String) -> String {
      #"{"current_password":"\#(old)","password":"\#(new)","password_confirmation":"\#(new)"}"#
    }
    #expect(try await send(.put, "/me/password", body("no", next), token).code == "wrong-password")
    #expect(try await send(.put, "/me/password", body(Self.password, "password1234"), token).code == "common-password")
    #expect(try await send(.put, "/me/password", body(Self.password, "short"), token).code == "too-short")
    let changed = try await send(.put, "/me/password", body(Self.password, next), token)
    #expect(changed.status == 200)
    #expect(changed["Cache-Control"]?.contains("no-store") == true)
    let fresh = try #require(try changed.json["data"]?["token"]?.stringValue)
    #expect(try await send(.patch, "/me", "{}", token).status == 401)
    #expect(try await send(.patch, "/me", "{}", fresh).status == 200)
    #expect(try await login("ada@example.org").code == "invalid-credentials")
    #expect(try await login("ada@example.org", next).status == 200)
  }

  @Test func `who closes his account is out at once, and his address stays taken`() async throws {
    let (id, token) = try await register("ada@example.org")
    #expect(try await send(.delete, "/me", nil, token).status == 204)
    #expect(try await send(.patch, "/me", "{}", token).status == 401)
    #expect(try await login("ada@example.org").code == "invalid-credentials")
    let again = try await harness.send(
      .post, "/api/v1/auth/register", #"{"firstname":"A","lastname":"L","email":"ada@example.org","password":"\#(Self.password)"}"#)
    #expect(try again.code == "already-taken")
    #expect(try await send(.post, "/users/\(id)/restore").status == 200)
    #expect(try await login("ada@example.org").status == 200)
  }

  @Test func `a token is valid while its account may use it`() async throws {
    let (id, token) = try await register("ada@example.org")
    func validation(_ token: String) async throws -> JSONValue? {
      let answer = try await harness.send(.post, "/api/auth/validate", #"{"token":"\#(token)"}"#)
      #expect(answer.status == 200)
      return try answer.json["data"]
    }
    #expect(try await validation(token)?["valid"]?.boolValue == true)
    #expect(try await validation(token)?["user"]?["id"]?.int64Value == id)
    #expect(try await validation("a.b.c") == ["valid": false, "user": .null])
    _ = try await send(.delete, "/users/\(id)")
    #expect(try await validation(token) == ["valid": false, "user": .null])
  }

  // MARK: Others' accounts

  @Test func `an administrator changes, closes and reopens an account`() async throws {
    let (id, _) = try await register("ada@example.org")
    #expect(try await send(.patch, "/users/\(id)", #"{"lastname":"King","email":"king@example.org"}"#).status == 200)
    #expect(try await send(.delete, "/users/\(id)").status == 204)
    #expect(try await send(.delete, "/users/\(id)").status == 204)
    let closed = try await send(.patch, "/users/\(id)", #"{"lastname":"L"}"#)
    #expect(try closed.code == "state-conflict")
    #expect(try closed.json["current"]?.stringValue == "deleted")
    #expect(try await send(.post, "/users/\(id)/restore").status == 200)
    #expect(try await send(.post, "/users/\(id)/restore").code == "state-conflict")
    #expect(
      try await events(of: id).dropFirst(3) == ["UserRenamed", "EmailChanged", "UserDeleted", "UserRestored"])
    let event = try await harness.log.readStream(User.stream(id), after: StreamVersion(5), limit: 1)[0]
    #expect(event.context.actor == "user-1")
  }

  @Test func `two editors of an account do not overwrite each other`() async throws {
    let (id, _) = try await register("ada@example.org")
    func change(_ version: String?) async throws -> Answer {
      try await harness.send(
        .patch, "/api/v1/auth/users/\(id)", #"{"lastname":"King"}"#, token: admin, headers: version.map { ["If-Match": $0] } ?? [:])
    }
    #expect(try await change(nil).code == "precondition-required")
    #expect(try await change("\"v1\"").code == "precondition-failed")
    #expect(try await change("\"v3\"").status == 200)
    #expect(try await change("\"v3\"").code == "precondition-failed")
  }

  @Test(arguments: [
    (#"{"firstname":""}"#, "too-short", "/firstname"), (#"{"lastname":7}"#, "wrong-type", "/lastname"),
    (#"{"email":"nobody"}"#, "invalid-format", "/email"), (#"{"email":null}"#, "wrong-type", "/email"),
    (#"{"password":"x"}"#, "unknown-field", "/password"), (#"{"role":"admin"}"#, "unknown-field", "/role"),
    (#"{"is_admin":true}"#, "unknown-field", "/is_admin"), (#"{"deleted_at":null}"#, "unknown-field", "/deleted_at"),
  ])
  func `each wrong field of an account is named`(body: String, code: String, pointer: String) async throws {
    let (id, token) = try await register("ada@example.org")
    for answer in [try await send(.patch, "/users/\(id)", body), try await send(.patch, "/me", body, token)] where answer.status != 200 {
      let codes = try answer.json["errors"]?.arrayValue?.map { $0["code"]?.stringValue } ?? []
      let pointers = try answer.json["errors"]?.arrayValue?.map { $0["pointer"]?.stringValue } ?? []
      #expect(codes.contains(code) && pointers.contains(pointer), "\(codes) \(pointers)")
    }
    #expect(try await events(of: id).count == 3)
  }

  @Test func `what is not there is not found`() async throws {
    for (method, path, body) in [
      (.patch, "/users/999", "{}"), (.delete, "/users/999", nil), (.post, "/users/999/restore", nil),
      (.post, "/users/999/roles", #"{"role_id":2}"#), (.delete, "/users/999/roles/2", nil),
      (.post, "/users/999/permissions", #"{"permission_id":2}"#), (.delete, "/users/x/permissions/2", nil),
      (.patch, "/roles/999", #"{"name":"x"}"#), (.post, "/roles/999/permissions", #"{"permission_ids":[]}"#),
    ] as [(HTTPRequest.Method, String, String?)] {
      #expect(try await send(method, path, body).code == "not-found", "\(method) \(path)")
    }
  }

  // MARK: Rights

  @Test func `rights are given and taken within a team`() async throws {
    let (id, _) = try await register("ada@example.org")
    #expect(try await send(.post, "/users/\(id)/roles", #"{"role_id":6,"team_id":9}"#).status == 200)
    #expect(try await send(.post, "/users/\(id)/roles", #"{"role_id":6,"team_id":9}"#).status == 200)
    #expect(try await send(.post, "/users/\(id)/permissions", #"{"permission_id":23}"#).status == 200)
    #expect(try await send(.delete, "/users/\(id)/roles/6").status == 204)
    #expect(try await send(.delete, "/users/\(id)/roles/6?team_id=9").status == 204)
    #expect(try await send(.delete, "/users/\(id)/permissions/23").status == 204)
    #expect(try await events(of: id).dropFirst(3) == ["RoleAssigned", "PermissionGranted", "RoleRevoked", "PermissionRevoked"])
    #expect(try await send(.post, "/users/\(id)/roles", #"{"role_id":999}"#).code == "unknown-reference")
    #expect(try await send(.post, "/users/\(id)/roles", #"{"role_id":2,"team_id":-1}"#).code == "too-small")
    #expect(try await send(.delete, "/users/1/roles/1").code == "protected")
    #expect(try await send(.delete, "/users/1").code == "protected")
  }

  @Test func `nobody makes himself or another more than he is`() async throws {
    let (id, token) = try await register("ada@example.org")
    let (other, _) = try await register("bob@example.org")
    #expect(try await send(.post, "/users/\(id)/roles", #"{"role_id":2}"#).status == 200)
    // An administrator now, who has every default right but the deletion of accounts.
    #expect(try await send(.post, "/users/\(id)/roles", #"{"role_id":1}"#, token).code == "forbidden")
    #expect(try await send(.post, "/users/\(id)/permissions", #"{"permission_id":4}"#, token).code == "forbidden")
    #expect(try await send(.patch, "/users/1", #"{"email":"mine@example.org"}"#, token).code == "forbidden")
    #expect(try await send(.delete, "/users/1/roles/1", nil, token).code == "forbidden")
    #expect(try await send(.post, "/roles/2/permissions", #"{"permission_ids":[4]}"#, token).code == "forbidden")
    #expect(try await send(.patch, "/roles/1", #"{"permission_ids":[]}"#, token).code == "forbidden")
    #expect(try await send(.post, "/roles", #"{"name":"own","permission_ids":[1,4]}"#, token).code == "forbidden")
    #expect(try await send(.delete, "/users/\(other)", nil, token).code == "forbidden")
    // What is within his rights he may do.
    #expect(try await send(.post, "/users/\(other)/roles", #"{"role_id":7}"#, token).status == 200)
    #expect(try await send(.patch, "/users/\(other)", #"{"lastname":"B"}"#, token).status == 200)
    #expect(try await send(.post, "/roles", #"{"name":"clerk","permission_ids":[1,9]}"#, token).status == 201)
  }

  @Test func `roles and permissions are added, changed and removed; the standard ones stay`() async throws {
    let added = try await send(.post, "/permissions", #"{"name":"things.view"}"#)
    #expect(added.status == 201)
    let permission = try #require(try added.json["data"]?["id"]?.int64Value)
    #expect(try await send(.post, "/permissions", #"{"name":"things.view"}"#).code == "already-taken")
    #expect(try await send(.post, "/permissions", #"{"name":"Things"}"#).code == "invalid-format")
    #expect(try await send(.patch, "/permissions/\(permission)", #"{"name":"things.look"}"#).status == 200)
    let role = try await send(.post, "/roles", #"{"name":"clerk","team_id":9,"permission_ids":[\#(permission),1]}"#)
    #expect(role.status == 201)
    let id = try #require(try role.json["data"]?["id"]?.int64Value)
    #expect(try await send(.post, "/roles", #"{"name":"clerk","team_id":9}"#).code == "already-taken")
    #expect(try await send(.post, "/roles", #"{"name":"x","permission_ids":[999]}"#).code == "unknown-reference")
    #expect(try await send(.post, "/roles", #"{"name":"x","permission_ids":[1,1]}"#).code == "value-not-allowed")
    #expect(try await send(.post, "/roles/\(id)/permissions", #"{"permission_ids":[2]}"#).status == 200)
    #expect(try await send(.put, "/roles/\(id)", #"{"name":"writer","team_id":null}"#).status == 200)
    let stored = try await harness.log.readStream(Role.stream(id), after: .none, limit: 10).map(\.type)
    #expect(stored == ["RoleAdded", "RoleChanged", "RoleChanged"])
    for path in ["/roles/5", "/permissions/1"] { #expect(try await removal(path).code == "protected") }
  }

  /// Removing asks the read database first, so it needs one.
  private func removal(_ path: String) async throws -> Answer {
    var answer: Answer?
    try await ReadDatabases.with { databases in
      let other = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      for (id, row) in Permission.defaultRows { _ = try await other.services.executor.execute(SeedReference<Permission>(id: id, row: row)) }
      for (id, row) in Role.defaultRows { _ = try await other.services.executor.execute(SeedReference<Role>(id: id, row: row)) }
      answer = try await other.send(
        .delete, "/api/v1/auth\(path)", token: other.token(1, .superAdmin), headers: ["If-Match": "*"])
    }
    return try #require(answer)
  }

  @Test func `me tells roles and what they permit; the lists tell accounts, open and closed`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let token = try await harness.token(1, .superAdmin)
      func data(_ path: String) async throws -> JSONValue? {
        try await harness.send(.get, "/api/v1/auth\(path)", token: token).json["data"]
      }
      let me = try await data("/me")
      #expect(me?["permissions"] == ["users.view"])
      #expect(me?["roles"]?.arrayValue?.map { $0["team_id"]?.int64Value } == [0, 7])
      #expect(try await data("/users")?.arrayValue?.map { $0["id"]?.int64Value } == [1])
      #expect(try await data("/users/deleted")?.arrayValue?.map { $0["id"]?.int64Value } == [2])
      #expect(try await data("/users?search=LAS")?.arrayValue?.count == 1)
      #expect(try await data("/users?search=x")?.arrayValue?.count == 0)
      #expect(try await data("/users?role_id=1000")?.arrayValue?.count == 1)
      #expect(try await harness.send(.get, "/api/v1/auth/users/2", token: token).code == "not-found")
      #expect(try await data("/users/1")?["password"] == nil)
      #expect(try await data("/roles/1")?["permissions"]?[0]?["name"] == "users.view")
    }
  }
}
