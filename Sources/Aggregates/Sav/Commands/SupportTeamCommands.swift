public import EventSourcing

/// A user got a role of the support team. Doing it again changes nothing.
public struct JoinSupportTeam: Command {
  public var userID: UserID
  public var membership: SupportAgent.Membership

  public init(userID: UserID, membership: SupportAgent.Membership) {
    self.userID = userID
    self.membership = membership
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard try !session.load(SupportAgent.self, userID).memberships.contains(membership) else { return NoAnswer() }
    let joined = SupportAgentJoined(userID: userID, roleName: membership.roleName, teamID: membership.teamID)
    try session.record([.joined(joined)], on: SupportAgent.self, userID)
    return NoAnswer()
  }
}

/// A user lost a role of the support team. He gives back the tickets that he does not work on any more, in the same append.
public struct LeaveSupportTeam: Command {
  public var userID: UserID
  public var membership: SupportAgent.Membership

  public init(userID: UserID, membership: SupportAgent.Membership) {
    self.userID = userID
    self.membership = membership
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard try session.load(SupportAgent.self, userID).memberships.contains(membership) else { return NoAnswer() }
    let left = SupportAgentLeft(userID: userID, roleName: membership.roleName, teamID: membership.teamID)
    try session.record([.left(left)], on: SupportAgent.self, userID)
    let agent = try session.load(SupportAgent.self, userID)
    try session.prepare(Ticket.self, agent.tickets)
    for ticketID in agent.tickets.sorted() {
      let before = try session.load(Ticket.self, ticketID)
      guard before.assignedTo == userID, !before.isDeleted, !agent.works(for: before.websiteID) else { continue }
      try session.record([Ticket.unassign(before, by: nil, at: session.now)], on: Ticket.self, ticketID)
      _ = try session.settle(ticketID, since: before)
    }
    return NoAnswer()
  }
}
