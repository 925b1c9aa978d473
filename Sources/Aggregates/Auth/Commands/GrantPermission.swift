public import EventSourcing

/// Gives a permission directly, within a team. Giving it again changes nothing.
public struct GrantPermission: Command {
  public var userID: UserID
  public var permissionID: PermissionID
  /// 0 for the whole platform, else a website.
  public var teamID: Int64
  /// Nil for the system.
  public var grantedBy: UserID?

  public init(userID: UserID, permissionID: PermissionID, teamID: Int64 = 0, grantedBy: UserID?) {
    self.userID = userID
    self.permissionID = permissionID
    self.teamID = teamID
    self.grantedBy = grantedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard let permission = try session.load(Permission.self, permissionID).row else {
      throw UserRejection.invalid(FieldError("permission_id", .unknown))
    }
    let state = try session.load(User.self, userID)
    try session.record(User.decide(self, permission, state), on: User.self, userID)
    return NoAnswer()
  }
}

/// Takes a direct permission back. Taking back what is not held, or is no more, changes nothing.
public struct RevokePermission: Command {
  public var userID: UserID
  public var permissionID: PermissionID
  /// 0 for the whole platform, else a website.
  public var teamID: Int64
  /// Nil for the system.
  public var revokedBy: UserID?

  public init(userID: UserID, permissionID: PermissionID, teamID: Int64 = 0, revokedBy: UserID?) {
    self.userID = userID
    self.permissionID = permissionID
    self.teamID = teamID
    self.revokedBy = revokedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(User.self, userID)
    guard let permission = try session.load(Permission.self, permissionID).row else { return NoAnswer() }
    try session.record(User.decide(self, permission, state), on: User.self, userID)
    return NoAnswer()
  }
}
