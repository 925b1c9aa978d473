import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Projectors
import Testing

@testable import APIGateway

@Suite struct AuditLogTests {
  private static let password = "nine gentle otters juggling"

  @Test func `who did what to an account is told, without secrets`() async throws {
    try await ReadDatabases.with(only: ["auth_service_db"]) { databases in
      try await databases.execute("auth_service_db", "truncate users, sessions, permissions, roles, audit_log cascade")
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      _ = try await harness.services.executor.execute(
        BootstrapAdministrator(
          userID: UserID(1), email: "root@example.org", firstname: "R", lastname: "T", passwordHash: "x",
          emailClaim: harness.services.emails.claim(of: "root@example.org")))
      let admin = try await harness.services.tokens.issue(Account.load(UserID(1), harness.log).caller)
      for (id, row) in Permission.defaultRows {
        _ = try await harness.services.executor.execute(SeedReference<Permission>(id: id, row: row))
      }
      for (id, row) in Role.defaultRows { _ = try await harness.services.executor.execute(SeedReference<Role>(id: id, row: row)) }
      @Sendable func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, _ token: String? = nil
      ) async throws -> Answer {
        try await harness.send(method, "/api/v1/auth\(path)", body, token: token, headers: ["If-Match": "*"])
      }
      try await databases.withProjector(.auth, harness.log) {
        let account = try await send(
          .post, "/register", #"{"firstname":"Ada","lastname":"L","email":"ada@example.org","password":"\#(Self.password)"}"#)
        let id = try #require(try account.json["data"]?["user"]?["id"]?.int64Value)
        let token = try #require(try account.json["data"]?["token"]?.stringValue)
        #expect(try await send(.post, "/login", #"{"email":"ada@example.org","password":"wrong"}"#).status == 401)
        #expect(try await send(.post, "/login", #"{"email":"nobody@example.org","password":"wrong"}"#).status == 401)
        #expect(try await send(.post, "/users/\(id)/roles", #"{"role_id":7,"team_id":3}"#, admin).status == 200)
        #expect(try await send(.post, "/logout", nil, token).status == 204)
        let role = try await send(.post, "/roles", #"{"name":"clerk","permission_ids":[1]}"#, admin)
        func entries(_ query: String, _ token: String) async throws -> Answer {
          try await harness.send(
            .get, "/api/v1/auth/audit-log\(query)", token: token,
            headers: ["Comptoir-Min-Position": role["Comptoir-Position"]!, "Prefer": "wait=20"])
        }
        func actions(_ query: String) async throws -> [String] {
          try await entries(query, admin).json["data"]?.arrayValue?.compactMap { $0["action"]?.stringValue } ?? []
        }
        #expect(
          try await actions("?filter[subject_kind]=user&filter[subject_id]=\(id)") == [
            "user.role_assigned", "user.login_refused", "user.email_verification_requested", "user.role_assigned", "user.password_set",
            "user.registered",
          ])
        #expect(try await actions("?filter[subject_kind]=session") == ["session.revoked", "session.started"])
        #expect(try await actions("?filter[actor_user_id]=1") == ["role.added", "user.role_assigned"])
        #expect(try await actions("?action=user.login_refused").count == 1)
        #expect(try await actions("?filter[at][gte]=2100-01-01T00:00:00Z").isEmpty)
        let assigned = try await entries("?filter[actor_user_id]=1&action=user.role_assigned", admin).json["data"]?[0]
        #expect(assigned?["actor"]?.stringValue == "user-1")
        #expect(assigned?["details"]?["team_id"]?.int64Value == 3)
        // Pages, by keyset.
        let first = try await entries("?limit=2", admin)
        let cursor = try #require(try first.json["page"]?["next"]?.stringValue)
        let second = try await entries("?limit=2&cursor=\(cursor)", admin)
        #expect(try first.json["data"]?[1]?["id"]?.int64Value ?? 0 > second.json["data"]?[0]?["id"]?.int64Value ?? .max)
        let whole = String(decoding: try await entries("?limit=100", admin).body, as: UTF8.self)
        for secret in ["argon2", "ada@example.org", "hash", "Ada"] { #expect(!whole.contains(secret)) }
        // Not for customers, nor for who may see accounts.
        #expect(try await entries("", harness.token(77)).code == "forbidden")
        #expect(try await entries("", harness.token(78, .support)).code == "forbidden")
        for query in ["?filter[at][gte]=x", "?filter[subject_id]=0", "?filter[password]=x", "?sort=address"] {
          #expect(try await entries(query, admin).status == 400, "\(query)")
        }
      }
    }
  }
}
