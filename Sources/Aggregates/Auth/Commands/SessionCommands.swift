public import EventSourcing
public import JSON

/// Begins a session for whoever has shown an account's credentials.
public struct StartSession: Command {
  /// Drawn before.
  public var sessionID: SessionID
  public var userID: UserID
  /// The account's `sessionEpoch` when its credentials were checked.
  public var epoch: Int
  /// SHA-256 of the refresh token, in hexadecimal digits.
  public var tokenHash: String
  /// How long the refresh token is good.
  public var lifetime: Duration
  public var origin: SessionOrigin

  public init(
    sessionID: SessionID, userID: UserID, epoch: Int, tokenHash: String, lifetime: Duration, origin: SessionOrigin = SessionOrigin()
  ) {
    self.sessionID = sessionID
    self.userID = userID
    self.epoch = epoch
    self.tokenHash = tokenHash
    self.lifetime = lifetime
    self.origin = origin
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let user = try session.load(User.self, userID)
    let state = try session.load(Session.self, sessionID, isNew: true)
    try session.record(Session.decide(self, user, state, now: session.now), on: Session.self, sessionID)
    return NoAnswer()
  }
}

/// Opens an account, begins its first session, and sends a token to its address.
public struct SignUp: Command {
  public var register: RegisterUser
  public var start: StartSession
  public var verification: RequestEmailVerification

  public init(register: RegisterUser, start: StartSession, verification: RequestEmailVerification) {
    self.register = register
    self.start = start
    self.verification = verification
  }

  public func decide(in session: inout DecisionSession) throws -> Created<UserID> {
    let answer = try register.decide(in: &session)
    _ = try start.decide(in: &session)
    _ = try verification.decide(in: &session)
    return answer
  }
}

/// Gives an account another password, which ends its sessions, and begins a new one for whoever changed it.
public struct ReplacePassword: Command {
  public var change: ChangePassword
  public var start: StartSession

  public init(change: ChangePassword, start: StartSession) {
    self.change = change
    self.start = start
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    _ = try change.decide(in: &session)
    return try start.decide(in: &session)
  }
}

/// Exchanges a refresh token for a newer one. A token that was exchanged before ends its session; that is an answer and no refusal, since
/// a refusal changes nothing.
public struct RefreshSession: Command {
  public var sessionID: SessionID
  /// SHA-256 of the token that was shown.
  public var tokenHash: String
  /// SHA-256 of the newer one.
  public var newTokenHash: String
  /// How long the newer one is good.
  public var lifetime: Duration
  public var origin: SessionOrigin

  public init(
    sessionID: SessionID, tokenHash: String, newTokenHash: String, lifetime: Duration, origin: SessionOrigin = SessionOrigin()
  ) {
    self.sessionID = sessionID
    self.tokenHash = tokenHash
    self.newTokenHash = newTokenHash
    self.lifetime = lifetime
    self.origin = origin
  }

  public func decide(in session: inout DecisionSession) throws -> RefreshOutcome {
    let state = try session.load(Session.self, sessionID)
    guard let userID = state.userID else { throw SessionRejection.tokenInvalid }
    let user = try session.load(User.self, userID)
    let events = try Session.decide(self, user, state, now: session.now)
    try session.record(events, on: Session.self, sessionID)
    let isRefreshed = if case .sessionRefreshed = events.first { true } else { false }
    return RefreshOutcome(userID: userID, isRefreshed: isRefreshed)
  }
}

/// What came of showing a refresh token.
public struct RefreshOutcome: JSONCodable, Hashable {
  public var userID: UserID
  /// False when the token had been exchanged before, and the session is over now.
  public var isRefreshed: Bool

  public init(userID: UserID, isRefreshed: Bool) {
    self.userID = userID
    self.isRefreshed = isRefreshed
  }

  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    isRefreshed = try json.bool("is_refreshed")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("is_refreshed", isRefreshed)
  }
}

/// Ends a session of a user. Doing it again changes nothing.
public struct RevokeSession: Command {
  public var sessionID: SessionID
  /// Whose session it is.
  public var userID: UserID
  public var reason: SessionRevocationReason
  /// Nil for the system.
  public var revokedBy: UserID?

  public init(sessionID: SessionID, userID: UserID, reason: SessionRevocationReason, revokedBy: UserID?) {
    self.sessionID = sessionID
    self.userID = userID
    self.reason = reason
    self.revokedBy = revokedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Session.self, sessionID)
    let user = try session.load(User.self, userID)
    try session.record(Session.decide(self, user, state), on: Session.self, sessionID)
    return NoAnswer()
  }
}

/// Ends all sessions of an account.
public struct RevokeSessions: Command {
  public var userID: UserID
  public var reason: SessionRevocationReason
  /// Nil for the system.
  public var revokedBy: UserID?

  public init(userID: UserID, reason: SessionRevocationReason, revokedBy: UserID?) {
    self.userID = userID
    self.reason = reason
    self.revokedBy = revokedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(User.self, userID)
    try session.record(User.decide(self, state), on: User.self, userID)
    return NoAnswer()
  }
}
