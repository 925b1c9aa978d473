public import EventSourcing

/// Gives a role within a team. Giving it again changes nothing.
public struct AssignRole: Command {
  public var userID: UserID
  public var roleID: RoleID
  /// 0 for the whole platform, else a website.
  public var teamID: Int64
  /// Nil for the system.
  public var assignedBy: UserID?

  public init(userID: UserID, roleID: RoleID, teamID: Int64 = 0, assignedBy: UserID?) {
    self.userID = userID
    self.roleID = roleID
    self.teamID = teamID
    self.assignedBy = assignedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard let role = try session.load(Role.self, roleID).row else { throw UserRejection.invalid(FieldError("role_id", .unknown)) }
    let permissions = try session.rows(Permission.self, role.permissionIDs).compactMap { $0?.name }
    let state = try session.load(User.self, userID)
    try session.record(User.decide(self, role, permissions: permissions, state), on: User.self, userID)
    return NoAnswer()
  }
}

/// Takes a role back. Taking back what is not held, or is no more, changes nothing.
public struct RevokeRole: Command {
  public var userID: UserID
  public var roleID: RoleID
  /// 0 for the whole platform, else a website.
  public var teamID: Int64
  /// Nil for the system.
  public var revokedBy: UserID?

  public init(userID: UserID, roleID: RoleID, teamID: Int64 = 0, revokedBy: UserID?) {
    self.userID = userID
    self.roleID = roleID
    self.teamID = teamID
    self.revokedBy = revokedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(User.self, userID)
    guard let role = try session.load(Role.self, roleID).row else { return NoAnswer() }
    try session.record(User.decide(self, role, state), on: User.self, userID)
    return NoAnswer()
  }
}
