import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Renewing tokens, signing out, and where an account is signed in.
enum SessionRoutes {
  static let routes: [Route] = [
    Route(
      .post, "/refresh", "refresh", "Exchanges a refresh token for new tokens; one that is shown twice ends its session",
      in: PresentedRefreshToken.self, out: SignedIn.schema.asData, access: .everyone, idempotency: .none, problems: [.invalidRefreshToken],
      handler: refresh),
    Route(
      .post, "/logout", "logout", "Signs out: ends the session of the token", in: NoInput.self, out: nil, status: 204, access: .bearer,
      idempotency: .none, problems: []
    ) { _, call in
      // A token that was made without signing in has no session to end.
      guard let session = call.user.sessionID else { return Reply(.none) }
      return try await end(session, call)
    },
    .list(
      "/sessions", "ownSessions", "Where one is signed in", in: NoInput.self, access: .bearer, from: { $0.reads.auth },
      AuthResources.ownSessions
    ) { _, call in [.int64(call.user.userID.rawValue), .int64(call.user.sessionID?.rawValue ?? 0)] },
    Route(
      .delete, "/sessions", "endOwnSessions", "Signs out everywhere", in: NoInput.self, out: nil, status: 204, access: .bearer,
      idempotency: .none, problems: []
    ) { _, call in
      let user = call.user.userID
      return .command(try await call.execute(RevokeSessions(userID: user, reason: .logout, revokedBy: user)))
    },
    Route(
      .delete, "/sessions/{id}", "endOwnSession", "Ends one of one's own sessions", in: IDInput<SessionID>.self, out: nil, status: 204,
      access: .bearer, idempotency: .none, problems: []
    ) { input, call in try await end(input.id, call) },
    .list(
      "/users/{id}/sessions", "sessionsOfUser", "An account's sessions, those that are over too", in: IDInput<UserID>.self,
      access: .administrators, from: { $0.reads.auth }, AuthResources.sessionsOfUser
    ) { input, _ in [.int64(input.id.rawValue)] },
    Route(
      .delete, "/users/{id}/sessions", "endSessionsOfUser", "Ends all sessions of an account", in: IDInput<UserID>.self, out: nil,
      status: 204, access: .permission(.usersUpdate), idempotency: .none, problems: []
    ) { input, call in
      try await call.requireAuthority(over: input.id)
      let command = RevokeSessions(userID: input.id, reason: .administrator, revokedBy: call.user.userID)
      return .command(try await call.execute(command))
    },
  ]

  @Sendable private static func refresh(_ input: PresentedRefreshToken, _ call: Call) async throws -> Reply {
    guard let shown = OpaqueToken(input.text) else { throw Problem(.invalidRefreshToken) }
    let new = RefreshToken.fresh(SessionID(shown.number))
    let outcome = try await call.execute(
      RefreshSession(
        sessionID: new.sessionID, tokenHash: shown.hash, newTokenHash: new.token.hash,
        lifetime: call.services.configuration.refreshTokenLifetime, origin: call.origin))
    guard let answer = outcome.answer, answer.isRefreshed else { throw Problem(.invalidRefreshToken) }
    let signedIn = try await SignedIn(Account.load(answer.userID, call.services.log), new, call.services)
    return .command(outcome) { signedIn.write(call, &$0) }.notStored
  }

  private static func end(_ session: SessionID, _ call: Call) async throws -> Reply {
    let user = call.user.userID
    return .command(
      try await call.execute(RevokeSession(sessionID: session, userID: user, reason: .logout, revokedBy: user)))
  }
}

/// An account with the tokens of a session; without them for whoever repeats a registration.
struct SignedIn: Sendable {
  let account: Account
  private var accessToken: String?
  private var refreshToken: String?

  init(account: Account) {
    self.account = account
  }

  init(_ account: Account, _ refresh: RefreshToken, _ services: GatewayServices) async throws {
    self.account = account
    var caller = account.caller
    caller.sessionID = refresh.sessionID
    accessToken = try await services.tokens.issue(caller)
    refreshToken = refresh.token.text
  }

  static let user = Schema.object("User", ["id": .id, "firstname": .text, "lastname": .text, "email": .text])
  static let schema = Schema.object(
    "Session",
    [
      "user": user, "token": .text.nullable, "token_type": .choice(["bearer"]), "expires_in": .integer, "refresh_token": .text.nullable,
      "refresh_expires_in": .integer,
    ])

  func write(_ call: Call, _ json: inout JSONWriter) {
    json.object("user") { Self.write(account, &$0) }
    json.field("token", accessToken)
    json.field("token_type", "bearer")
    json.field("expires_in", call.services.tokens.lifetime.components.seconds)
    json.field("refresh_token", refreshToken)
    json.field("refresh_expires_in", call.services.configuration.refreshTokenLifetime.components.seconds)
  }

  static func write(_ account: Account, _ json: inout JSONWriter) {
    json.field("id", account.userID)
    json.field("firstname", account.firstname)
    json.field("lastname", account.lastname)
    json.field("email", account.email)
  }
}

extension Call {
  /// Where the request comes from, as sessions remember it.
  var origin: SessionOrigin { SessionOrigin(userAgent: head.headerFields[.userAgent], address: address) }

  /// Who asks about an account without having signed in: an address of the network, and the account's e-mail address.
  func asker(about email: String) -> String { "\(services.emails.fingerprint(of: email)) \(address ?? "")" }

  /// The command that begins a session with a token.
  func starting(_ refresh: RefreshToken, of user: UserID, epoch: Int) -> StartSession {
    StartSession(
      sessionID: refresh.sessionID, userID: user, epoch: epoch, tokenHash: refresh.token.hash,
      lifetime: services.configuration.refreshTokenLifetime, origin: origin)
  }
}
