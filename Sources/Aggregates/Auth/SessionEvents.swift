public import EventSourcing
public import JSON

/// What happens to a session (stream `session-<id>`). All private: sessions are no other service's business.
public enum SessionEvent: AggregateEvent {
  case sessionStarted(SessionStarted)
  case sessionRefreshed(SessionRefreshed)
  case sessionRevoked(SessionRevoked)

  public static let decoder = EventDecoder<SessionEvent>([
    EventCase(SessionStarted.self, SessionEvent.sessionStarted),
    EventCase(SessionRefreshed.self, SessionEvent.sessionRefreshed),
    EventCase(SessionRevoked.self, SessionEvent.sessionRevoked),
  ])

  public var payload: any EventPayload {
    switch self {
    case .sessionStarted(let event): event
    case .sessionRefreshed(let event): event
    case .sessionRevoked(let event): event
    }
  }
}

extension SessionOrigin: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    userAgent = try json.optionalString("user_agent")
    address = try json.optionalString("address")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_agent", userAgent)
    json.field("address", address)
  }
}

/// Somebody signed in. Of the refresh token only the hash is kept.
public struct SessionStarted: Hashable, Sendable {
  public static let type = EventType("SessionStarted", .private)

  public var sessionID: SessionID
  public var userID: UserID
  /// How often all sessions of the account had been ended before.
  public var epoch: Int
  /// SHA-256, in hexadecimal digits.
  public var tokenHash: String
  public var expiresAt: Timestamp
  public var personal: SessionOrigin?

  public var subject: SubjectID { userID.subject }
}

extension SessionStarted: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    sessionID = try json.id("session_id")
    userID = try json.id("user_id")
    epoch = try json.int("epoch")
    tokenHash = try json.string("token_hash")
    expiresAt = try json.timestamp("expires_at")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("session_id", sessionID)
    json.field("user_id", userID)
    json.field("epoch", epoch)
    json.field("token_hash", tokenHash)
    json.field("expires_at", expiresAt)
  }
}

/// The refresh token was exchanged for a newer one.
public struct SessionRefreshed: Hashable, Sendable {
  public static let type = EventType("SessionRefreshed", .private)

  public var sessionID: SessionID
  public var userID: UserID
  /// SHA-256 of the newer one, in hexadecimal digits.
  public var tokenHash: String
  public var expiresAt: Timestamp
  public var personal: SessionOrigin?

  public var subject: SubjectID { userID.subject }
}

extension SessionRefreshed: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    sessionID = try json.id("session_id")
    userID = try json.id("user_id")
    tokenHash = try json.string("token_hash")
    expiresAt = try json.timestamp("expires_at")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("session_id", sessionID)
    json.field("user_id", userID)
    json.field("token_hash", tokenHash)
    json.field("expires_at", expiresAt)
  }
}

/// Why one or all sessions of an account ended before their time.
public enum SessionRevocationReason: String, Sendable, Hashable, CaseIterable {
  /// Its owner signed out.
  case logout
  /// An administrator decided so.
  case administrator
  /// A refresh token was shown that had been exchanged before.
  case reuse
  case passwordChanged = "password_changed"
  case emailChanged = "email_changed"
  case accountDeleted = "account_deleted"
}

/// A session was ended.
public struct SessionRevoked: Hashable, Sendable {
  public static let type = EventType("SessionRevoked", .private)

  public var sessionID: SessionID
  public var userID: UserID
  public var reason: SessionRevocationReason
  /// Nil for the system.
  public var revokedBy: UserID?
}

extension SessionRevoked: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    sessionID = try json.id("session_id")
    userID = try json.id("user_id")
    reason = try json.name("reason")
    revokedBy = try json.optionalID("revoked_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("session_id", sessionID)
    json.field("user_id", userID)
    json.field("reason", name: reason)
    json.field("revoked_by", revokedBy)
  }
}

/// All sessions of an account were ended (stream `user-<id>`).
public struct SessionsRevoked: Hashable, Sendable {
  public static let type = EventType("SessionsRevoked", .private)

  public var userID: UserID
  public var reason: SessionRevocationReason
  /// Nil for the system.
  public var revokedBy: UserID?
}

extension SessionsRevoked: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    reason = try json.name("reason")
    revokedBy = try json.optionalID("revoked_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("reason", name: reason)
    json.field("revoked_by", revokedBy)
  }
}
