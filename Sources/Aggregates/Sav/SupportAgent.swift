public import EventSourcing
public import JSON

/// Somebody of the support team, with the tickets that wait for him (stream `supportagent-<user id>`). Assigning a ticket writes here, too, so
/// that nobody is given one who leaves the team at the same moment.
public enum SupportAgent: Aggregate {
  public static let category = "supportagent"
  public static let initialState = State()

  /// The roles that make somebody one of the team, in any team of theirs.
  public static let roles: Set<String> = ["support", "customer_service_agent"]

  /// A role within a team; 0 for the whole platform.
  public struct Membership: Hashable, Sendable {
    public var roleName: String
    public var teamID: Int64

    public init(roleName: String, teamID: Int64) {
      self.roleName = roleName
      self.teamID = teamID
    }
  }

  public struct State: Hashable, Sendable {
    public internal(set) var memberships: Set<Membership> = []
    /// Tickets that are not closed.
    public internal(set) var tickets: Set<TicketID> = []
    public var isMember: Bool { !memberships.isEmpty }

    /// Whether he works on tickets of a website, or of the platform itself: he does so everywhere, or within that website.
    func works(for website: WebsiteID?) -> Bool {
      memberships.contains { $0.teamID == 0 || $0.teamID == website?.rawValue }
    }
  }

  public static func evolve(_ state: inout State, _ event: SupportAgentEvent) {
    switch event {
    case .joined(let event): state.memberships.insert(Membership(roleName: event.roleName, teamID: event.teamID))
    case .left(let event): state.memberships.remove(Membership(roleName: event.roleName, teamID: event.teamID))
    case .ticketTaken(let event): state.tickets.insert(event.ticketID)
    case .ticketReleased(let event): state.tickets.remove(event.ticketID)
    }
  }
}

/// What happens to a member of the support team. All of it is private.
public enum SupportAgentEvent: AggregateEvent {
  case joined(SupportAgentJoined)
  case left(SupportAgentLeft)
  case ticketTaken(SupportTicketTaken)
  case ticketReleased(SupportTicketReleased)

  public static let decoder = EventDecoder<SupportAgentEvent>([
    EventCase(SupportAgentJoined.self, SupportAgentEvent.joined), EventCase(SupportAgentLeft.self, SupportAgentEvent.left),
    EventCase(SupportTicketTaken.self, SupportAgentEvent.ticketTaken),
    EventCase(SupportTicketReleased.self, SupportAgentEvent.ticketReleased),
  ])

  public var payload: any EventPayload {
    switch self {
    case .joined(let event): event
    case .left(let event): event
    case .ticketTaken(let event): event
    case .ticketReleased(let event): event
    }
  }
}

/// A user got a role of the support team.
public struct SupportAgentJoined: Hashable, Sendable {
  public static let type = EventType("SupportAgentJoined", .private)

  public var userID: UserID
  public var roleName: String
  public var teamID: Int64
}

extension SupportAgentJoined: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    roleName = try json.string("role_name")
    teamID = try json.int64("team_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("role_name", roleName)
    json.field("team_id", teamID)
  }
}

/// A user lost a role of the support team.
public struct SupportAgentLeft: Hashable, Sendable {
  public static let type = EventType("SupportAgentLeft", .private)

  public var userID: UserID
  public var roleName: String
  public var teamID: Int64
}

extension SupportAgentLeft: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    roleName = try json.string("role_name")
    teamID = try json.int64("team_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("role_name", roleName)
    json.field("team_id", teamID)
  }
}

/// A ticket waits for the agent.
public struct SupportTicketTaken: Hashable, Sendable {
  public static let type = EventType("SupportTicketTaken", .private)

  public var userID: UserID
  public var ticketID: TicketID
}

extension SupportTicketTaken: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    ticketID = try json.id("ticket_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("ticket_id", ticketID)
  }
}

/// A ticket waits for the agent no longer.
public struct SupportTicketReleased: Hashable, Sendable {
  public static let type = EventType("SupportTicketReleased", .private)

  public var userID: UserID
  public var ticketID: TicketID
}

extension SupportTicketReleased: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    ticketID = try json.id("ticket_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("ticket_id", ticketID)
  }
}
