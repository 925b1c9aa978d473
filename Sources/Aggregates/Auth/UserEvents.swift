public import EventSourcing
public import JSON

/// What happens to an account (stream `user-<id>`).
public enum UserEvent: AggregateEvent {
  case userRegistered(UserRegistered)
  case userRenamed(UserRenamed)
  case emailChanged(EmailChanged)
  case emailVerified(EmailVerified)
  case passwordSet(PasswordSet)
  case passwordChanged(PasswordChanged)
  case userDeleted(UserDeleted)
  case userRestored(UserRestored)
  case sessionsRevoked(SessionsRevoked)
  case roleAssigned(RoleAssigned)
  case roleRevoked(RoleRevoked)
  case permissionGranted(PermissionGranted)
  case permissionRevoked(PermissionRevoked)

  public static let decoder = EventDecoder<UserEvent>([
    EventCase(UserRegistered.self, UserEvent.userRegistered),
    EventCase(UserRenamed.self, UserEvent.userRenamed),
    EventCase(EmailChanged.self, UserEvent.emailChanged),
    EventCase(EmailVerified.self, UserEvent.emailVerified),
    EventCase(PasswordSet.self, UserEvent.passwordSet),
    EventCase(PasswordChanged.self, UserEvent.passwordChanged),
    EventCase(UserDeleted.self, UserEvent.userDeleted),
    EventCase(UserRestored.self, UserEvent.userRestored),
    EventCase(SessionsRevoked.self, UserEvent.sessionsRevoked),
    EventCase(RoleAssigned.self, UserEvent.roleAssigned),
    EventCase(RoleRevoked.self, UserEvent.roleRevoked),
    EventCase(PermissionGranted.self, UserEvent.permissionGranted),
    EventCase(PermissionRevoked.self, UserEvent.permissionRevoked),
  ])

  public var payload: any EventPayload {
    switch self {
    case .userRegistered(let event): event
    case .userRenamed(let event): event
    case .emailChanged(let event): event
    case .emailVerified(let event): event
    case .passwordSet(let event): event
    case .passwordChanged(let event): event
    case .userDeleted(let event): event
    case .userRestored(let event): event
    case .sessionsRevoked(let event): event
    case .roleAssigned(let event): event
    case .roleRevoked(let event): event
    case .permissionGranted(let event): event
    case .permissionRevoked(let event): event
    }
  }
}

/// An account was opened, by its owner or by an import.
public struct UserRegistered: Hashable, Sendable {
  public static let type = EventType("UserRegistered", .public)

  public var userID: UserID
  /// Whether the account came from an import; such a one has no password that could match.
  public var imported: Bool
  public var personal: Personal?

  public var subject: SubjectID { userID.subject }

  public struct Personal: Hashable, Sendable {
    public var email: String
    public var firstname: String
    public var lastname: String
  }
}

extension UserRegistered: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    imported = try json.bool("imported")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("imported", imported)
  }
}

extension UserRegistered.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    email = try json.string("email")
    firstname = try json.string("firstname")
    lastname = try json.string("lastname")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("email", email)
    json.field("firstname", firstname)
    json.field("lastname", lastname)
  }
}

/// The account got its first password. Private: the hash never leaves the service.
public struct PasswordSet: Hashable, Sendable {
  public static let type = EventType("PasswordSet", .private)

  public var userID: UserID
  public var personal: Personal?

  public var subject: SubjectID { userID.subject }

  public struct Personal: Hashable, Sendable {
    public var hash: String
  }
}

extension PasswordSet: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
  }
}

extension PasswordSet.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    hash = try json.string("hash")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("hash", hash)
  }
}

/// Another password was chosen, which ends every session of the account. Private like the first.
public struct PasswordChanged: Hashable, Sendable {
  public static let type = EventType("PasswordChanged", .private)

  public var userID: UserID
  public var personal: PasswordSet.Personal?

  public var subject: SubjectID { userID.subject }
}

extension PasswordChanged: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
  }
}

/// A user has other names.
public struct UserRenamed: Hashable, Sendable {
  public static let type = EventType("UserRenamed", .public)

  public var userID: UserID
  public var personal: Personal?

  public var subject: SubjectID { userID.subject }

  public struct Personal: Hashable, Sendable {
    public var firstname: String
    public var lastname: String
  }
}

extension UserRenamed: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
  }
}

extension UserRenamed.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    firstname = try json.string("firstname")
    lastname = try json.string("lastname")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("firstname", firstname)
    json.field("lastname", lastname)
  }
}

/// An account has another e-mail address, which is not verified yet. Ends every session of the account.
public struct EmailChanged: Hashable, Sendable {
  public static let type = EventType("EmailChanged", .public)

  public var userID: UserID
  public var personal: Personal?

  public var subject: SubjectID { userID.subject }

  public struct Personal: Hashable, Sendable {
    public var email: String
  }
}

extension EmailChanged: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
  }
}

extension EmailChanged.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    email = try json.string("email")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("email", email)
  }
}

/// Why an account is closed.
public enum UserDeletionReason: String, Sendable, Hashable, CaseIterable {
  /// Its owner asked for it.
  case owner
  /// An administrator decided so.
  case administrator
}

/// An account was closed, and its sessions with it. It is kept, and its address stays taken; what is personal goes only with the subject's key.
public struct UserDeleted: Hashable, Sendable {
  public static let type = EventType("UserDeleted", .public)

  public var userID: UserID
  public var reason: UserDeletionReason
  /// Nil for the system.
  public var deletedBy: UserID?
}

extension UserDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    reason = try json.name("reason")
    deletedBy = try json.optionalID("deleted_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("reason", name: reason)
    json.field("deleted_by", deletedBy)
  }
}

/// A closed account was opened again, with the roles it had.
public struct UserRestored: Hashable, Sendable {
  public static let type = EventType("UserRestored", .public)

  public var userID: UserID
  /// Nil for the system.
  public var restoredBy: UserID?
}

extension UserRestored: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    restoredBy = try json.optionalID("restored_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("restored_by", restoredBy)
  }
}
