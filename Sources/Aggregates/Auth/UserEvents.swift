public import EventSourcing
public import JSON

/// What happens to an account (stream `user-<id>`).
public enum UserEvent: AggregateEvent {
  case userRegistered(UserRegistered)
  case passwordSet(PasswordSet)
  case roleAssigned(RoleAssigned)
  case roleRevoked(RoleRevoked)

  public static let decoder = EventDecoder<UserEvent>([
    EventCase(UserRegistered.self, UserEvent.userRegistered),
    EventCase(PasswordSet.self, UserEvent.passwordSet),
    EventCase(RoleAssigned.self, UserEvent.roleAssigned),
    EventCase(RoleRevoked.self, UserEvent.roleRevoked),
  ])

  public var payload: any EventPayload {
    switch self {
    case .userRegistered(let event): event
    case .passwordSet(let event): event
    case .roleAssigned(let event): event
    case .roleRevoked(let event): event
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

/// A password was chosen. Private: the hash never leaves the service.
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

/// A role was given within a team (a website; 0 for the whole platform).
public struct RoleAssigned: Hashable, Sendable {
  public static let type = EventType("RoleAssigned", .public)

  public var userID: UserID
  public var roleID: RoleID
  public var roleName: String
  /// 0 for the whole platform.
  public var teamID: Int64
  public var permissions: [String]
  /// Nil for the system.
  public var assignedBy: UserID?
}

extension RoleAssigned: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    roleID = try json.id("role_id")
    roleName = try json.string("role_name")
    teamID = try json.int64("team_id")
    permissions = try json.stringArray("permissions")
    assignedBy = try json.optionalID("assigned_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("role_id", roleID)
    json.field("role_name", roleName)
    json.field("team_id", teamID)
    json.field("permissions", permissions)
    json.field("assigned_by", assignedBy)
  }
}

/// A role was taken back.
public struct RoleRevoked: Hashable, Sendable {
  public static let type = EventType("RoleRevoked", .public)

  public var userID: UserID
  public var roleID: RoleID
  public var roleName: String
  /// 0 for the whole platform.
  public var teamID: Int64
  /// Nil for the system.
  public var revokedBy: UserID?
}

extension RoleRevoked: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    roleID = try json.id("role_id")
    roleName = try json.string("role_name")
    teamID = try json.int64("team_id")
    revokedBy = try json.optionalID("revoked_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("role_id", roleID)
    json.field("role_name", roleName)
    json.field("team_id", teamID)
    json.field("revoked_by", revokedBy)
  }
}
