public import EventSourcing
public import JSON

/// A role was given within a team (a website; 0 for the whole platform).
public struct RoleAssigned: Hashable, Sendable {
  public static let type = EventType("RoleAssigned", .public)

  public var userID: UserID
  public var roleID: RoleID
  public var roleName: String
  /// 0 for the whole platform.
  public var teamID: Int64
  /// The names of what the role permitted then.
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

/// A permission was given directly, within a team.
public struct PermissionGranted: Hashable, Sendable {
  public static let type = EventType("PermissionGranted", .public)

  public var userID: UserID
  public var permissionID: PermissionID
  public var permissionName: String
  /// 0 for the whole platform.
  public var teamID: Int64
  /// Nil for the system.
  public var grantedBy: UserID?
}

extension PermissionGranted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    permissionID = try json.id("permission_id")
    permissionName = try json.string("permission_name")
    teamID = try json.int64("team_id")
    grantedBy = try json.optionalID("granted_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("permission_id", permissionID)
    json.field("permission_name", permissionName)
    json.field("team_id", teamID)
    json.field("granted_by", grantedBy)
  }
}

/// A permission that was given directly was taken back.
public struct PermissionRevoked: Hashable, Sendable {
  public static let type = EventType("PermissionRevoked", .public)

  public var userID: UserID
  public var permissionID: PermissionID
  public var permissionName: String
  /// 0 for the whole platform.
  public var teamID: Int64
  /// Nil for the system.
  public var revokedBy: UserID?
}

extension PermissionRevoked: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    permissionID = try json.id("permission_id")
    permissionName = try json.string("permission_name")
    teamID = try json.int64("team_id")
    revokedBy = try json.optionalID("revoked_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("permission_id", permissionID)
    json.field("permission_name", permissionName)
    json.field("team_id", teamID)
    json.field("revoked_by", revokedBy)
  }
}
