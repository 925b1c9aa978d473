public import EventSourcing
public import JSON

/// What was sent to an account's owner (stream `mailedtoken-<user id>`). All private.
public enum MailedTokenEvent: AggregateEvent {
  case passwordResetRequested(PasswordResetRequested)
  case emailVerificationRequested(EmailVerificationRequested)

  public static let decoder = EventDecoder<MailedTokenEvent>([
    EventCase(PasswordResetRequested.self, MailedTokenEvent.passwordResetRequested),
    EventCase(EmailVerificationRequested.self, MailedTokenEvent.emailVerificationRequested),
  ])

  public var payload: any EventPayload {
    switch self {
    case .passwordResetRequested(let event): event
    case .emailVerificationRequested(let event): event
    }
  }
}

/// What a mail with a token needs. Encrypted under its receiver's key, and so the only place of the log where the token itself stands.
public struct MailedTokenLetter: Hashable, Sendable {
  /// Where the mail goes.
  public var email: String
  public var firstname: String
  /// What the receiver shows.
  public var token: String

  public init(email: String, firstname: String, token: String) {
    self.email = email
    self.firstname = firstname
    self.token = token
  }
}

extension MailedTokenLetter: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    email = try json.string("email")
    firstname = try json.string("firstname")
    token = try json.string("token")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("email", email)
    json.field("firstname", firstname)
    json.field("token", token)
  }
}

/// Somebody who says he forgot an account's password asked for another one.
public struct PasswordResetRequested: Hashable, Sendable {
  public static let type = EventType("PasswordResetRequested", .private)

  public var userID: UserID
  /// SHA-256 of the token, in hexadecimal digits.
  public var tokenHash: String
  /// How often all sessions of the account had been ended; the next time, as by another password, ends the token.
  public var sessionEpoch: Int
  public var requestedAt: Timestamp
  public var expiresAt: Timestamp
  public var personal: MailedTokenLetter?

  public var subject: SubjectID { userID.subject }
}

extension PasswordResetRequested: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    tokenHash = try json.string("token_hash")
    sessionEpoch = try json.int("session_epoch")
    requestedAt = try json.timestamp("requested_at")
    expiresAt = try json.timestamp("expires_at")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("token_hash", tokenHash)
    json.field("session_epoch", sessionEpoch)
    json.field("requested_at", requestedAt)
    json.field("expires_at", expiresAt)
  }
}

/// An account's owner is to show that its address is his.
public struct EmailVerificationRequested: Hashable, Sendable {
  public static let type = EventType("EmailVerificationRequested", .private)

  public var userID: UserID
  /// SHA-256 of the token, in hexadecimal digits.
  public var tokenHash: String
  /// How many addresses the account had had; another one ends the token.
  public var addressCount: Int
  public var requestedAt: Timestamp
  public var expiresAt: Timestamp
  public var personal: MailedTokenLetter?

  public var subject: SubjectID { userID.subject }
}

extension EmailVerificationRequested: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    tokenHash = try json.string("token_hash")
    addressCount = try json.int("address_count")
    requestedAt = try json.timestamp("requested_at")
    expiresAt = try json.timestamp("expires_at")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("token_hash", tokenHash)
    json.field("address_count", addressCount)
    json.field("requested_at", requestedAt)
    json.field("expires_at", expiresAt)
  }
}

/// An account's owner has shown that its address is his (stream `user-<id>`).
public struct EmailVerified: Hashable, Sendable {
  public static let type = EventType("EmailVerified", .public)

  public var userID: UserID
}

extension EmailVerified: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
  }
}
