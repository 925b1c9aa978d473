public import EventSourcing

/// Gives a role within a team. Giving it again changes nothing.
public struct AssignRole: Command {
  public var userID: UserID
  public var role: DefaultRole
  /// 0 for the whole platform, else a website.
  public var teamID: Int64
  /// Nil for the system.
  public var assignedBy: UserID?

  public init(userID: UserID, role: DefaultRole, teamID: Int64 = 0, assignedBy: UserID?) {
    self.userID = userID
    self.role = role
    self.teamID = teamID
    self.assignedBy = assignedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(User.self, userID)
    try session.record(User.decide(self, state), on: User.self, userID)
    return NoAnswer()
  }
}

/// Takes a role back. Taking back what is not held changes nothing.
public struct RevokeRole: Command {
  public var userID: UserID
  public var role: DefaultRole
  /// 0 for the whole platform, else a website.
  public var teamID: Int64
  /// Nil for the system.
  public var revokedBy: UserID?

  public init(userID: UserID, role: DefaultRole, teamID: Int64 = 0, revokedBy: UserID?) {
    self.userID = userID
    self.role = role
    self.teamID = teamID
    self.revokedBy = revokedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(User.self, userID)
    try session.record(User.decide(self, state), on: User.self, userID)
    return NoAnswer()
  }
}
