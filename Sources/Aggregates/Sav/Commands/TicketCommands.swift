public import EventSourcing
public import JSON

/// Opens a ticket. Opening the same one again changes nothing.
public struct OpenTicket: Command {
  /// Drawn before.
  public var ticketID: TicketID
  /// Drawn before; unique by claim.
  public var ticketNumber: String
  /// The customer; nil where nobody signed in.
  public var userID: UserID?
  /// Who opens it, when that is not the customer.
  public var openedBy: UserID?
  public var subject: String
  public var description: String
  public var category: String?
  /// What was asked for; nil leaves it to the rules.
  public var priority: TicketPriority?
  /// Whether an agent asked for the priority: then it stands.
  public var isPriorityFinal: Bool
  /// Tags and fields of one's own.
  public var metadata: JSONValue
  public var contact: TicketContact?
  /// As the service's copies have it; it must be the customer's.
  public var order: TicketOrder?
  /// How many tickets of the same category the customer has by now.
  public var ticketsOfCategory: Int64
  public var times: TicketTimes

  /// An order of more than this makes a ticket urgent by one step above the usual.
  public static let valuableOrder = Cents(50_000)
  /// More tickets than this in one category do the same.
  public static let manyTickets: Int64 = 3

  public init(
    ticketID: TicketID, ticketNumber: String, userID: UserID?, openedBy: UserID? = nil, subject: String, description: String,
    category: String? = nil, priority: TicketPriority? = nil, isPriorityFinal: Bool = false, metadata: JSONValue = .object([]),
    contact: TicketContact? = nil, order: TicketOrder? = nil, ticketsOfCategory: Int64 = 0, times: TicketTimes = TicketTimes()
  ) {
    self.ticketID = ticketID
    self.ticketNumber = ticketNumber
    self.userID = userID
    self.openedBy = openedBy
    self.subject = subject
    self.description = description
    self.category = category
    self.priority = priority
    self.isPriorityFinal = isPriorityFinal
    self.metadata = metadata
    self.contact = contact
    self.order = order
    self.ticketsOfCategory = ticketsOfCategory
    self.times = times
  }

  /// Medium, or what was asked for; high at least for a valuable order and for many tickets of a category, urgent where a payment failed.
  var initialPriority: TicketPriority {
    let asked = priority ?? .medium
    if isPriorityFinal, priority != nil { return asked }
    var reasons = [asked]
    if let order, order.totalTTC > Self.valuableOrder { reasons.append(.high) }
    if ticketsOfCategory > Self.manyTickets { reasons.append(.high) }
    if order?.hasFailedPayment == true { reasons.append(.urgent) }
    return reasons.max()!
  }

  public func decide(in session: inout DecisionSession) throws -> TicketAnswer {
    let state = try session.load(Ticket.self, ticketID, isNew: true)
    if state.status == nil {
      try session.record(Ticket.decide(self, at: session.now), on: Ticket.self, ticketID)
      session.claim("ticket-number:\(ticketNumber)", for: Ticket.stream(ticketID))
      if let order { try session.link(ticketID, to: order.orderID) }
      try session.keepTimers(of: ticketID, from: nil, to: session.load(Ticket.self, ticketID).deadlines)
    }
    return TicketAnswer(try session.load(Ticket.self, ticketID))
  }
}

/// What a ticket's command answers.
public struct TicketAnswer: JSONCodable, Hashable {
  public var ticketID: TicketID
  public var ticketNumber: String
  /// After the command.
  public var status: TicketStatus
  public var priority: TicketPriority

  init(_ state: Ticket.State) {
    ticketID = state.ticketID
    ticketNumber = state.ticketNumber
    status = state.status ?? .open
    priority = state.priority
  }

  public init(from json: inout JSONObjectReader) throws {
    ticketID = try json.id("ticket_id")
    ticketNumber = try json.string("ticket_number")
    status = try json.name("status")
    priority = try json.name("priority")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("ticket_id", ticketID)
    json.field("ticket_number", ticketNumber)
    json.field("status", name: status)
    json.field("priority", name: priority)
  }
}

/// Changes a ticket, whole or in part: what it says, how urgent it is, who is responsible, and where it stands. Changing nothing writes nothing.
public struct ChangeTicket: Command {
  public var ticketID: TicketID
  public var actor: TicketActor
  /// Why it moves, if it does; at most 500 characters.
  public var reason: String?
  public var times: TicketTimes
  /// What is to become of it; may run several times.
  public var change: @Sendable (inout Ticket.Details) -> Void

  public init(
    ticketID: TicketID, actor: TicketActor, reason: String? = nil, times: TicketTimes = TicketTimes(),
    change: @escaping @Sendable (inout Ticket.Details) -> Void
  ) {
    self.ticketID = ticketID
    self.actor = actor
    self.reason = reason
    self.times = times
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> TicketAnswer {
    let before = try session.load(Ticket.self, ticketID)
    try Ticket.require(before, seenBy: actor)
    let old = before.details
    var new = old
    change(&new)
    new.subject = Ticket.cleaned(new.subject)
    new.description = Ticket.cleaned(new.description)
    guard new != old else { return TicketAnswer(before) }
    try Ticket.requireLiving(before, seenBy: actor)
    do {
      try TextRules.optional(reason, "reason", maximum: 500)
    } catch {
      throw TicketRejection.invalid(error)
    }
    try session.record(Ticket.change(before, to: new, by: actor, times), on: Ticket.self, ticketID)
    if new.assignedTo != old.assignedTo { try session.hand(ticketID, to: new.assignedTo, by: actor) }
    if new.status != old.status {
      let state = try session.load(Ticket.self, ticketID)
      let moves = try Ticket.move(state, to: new.status, by: actor, reason: reason, at: session.now, times)
      try session.record(moves, on: Ticket.self, ticketID)
    }
    return try session.settle(ticketID, since: before)
  }
}

/// An administrator takes a ticket away, with its messages and files. Doing it again changes nothing.
public struct DeleteTicket: Command {
  public var ticketID: TicketID
  public var deletedBy: UserID?

  public init(ticketID: TicketID, deletedBy: UserID?) {
    self.ticketID = ticketID
    self.deletedBy = deletedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let before = try session.load(Ticket.self, ticketID)
    guard before.status != nil else { throw TicketRejection.notFound }
    guard !before.isDeleted else { return NoAnswer() }
    guard before.returns.isEmpty else { throw TicketRejection.hasReturns(before.returns.sorted()) }
    try session.record([.deleted(TicketDeleted(ticket: before.key, deletedBy: deletedBy))], on: Ticket.self, ticketID)
    _ = try session.settle(ticketID, since: before)
    return NoAnswer()
  }
}

extension DecisionSession {
  /// Makes another agent responsible, or nobody.
  /// - Throws: `staffOnly`; `invalid` for somebody who is not of the team.
  mutating func hand(_ ticketID: TicketID, to agent: UserID?, by actor: TicketActor) throws {
    let state = try load(Ticket.self, ticketID)
    guard actor.isStaff(for: state) else { throw TicketRejection.staffOnly }
    if let agent {
      guard try load(SupportAgent.self, agent).works(for: state.websiteID) else {
        throw TicketRejection.invalid(FieldError("assigned_to", .unknown))
      }
      try record([Ticket.assign(state, to: agent, by: actor, at: now)], on: Ticket.self, ticketID)
    } else {
      try record([Ticket.unassign(state, by: actor, at: now)], on: Ticket.self, ticketID)
    }
  }

  /// After a change: the timers follow the clock, and the agents' lists the ticket.
  mutating func settle(_ ticketID: TicketID, since before: Ticket.State) throws -> TicketAnswer {
    let state = try load(Ticket.self, ticketID)
    keepTimers(of: ticketID, from: before.deadlines, to: state.deadlines)
    func holder(_ state: Ticket.State) -> UserID? { state.status == .closed || state.isDeleted ? nil : state.assignedTo }
    if holder(before) != holder(state) {
      if let agent = holder(before) {
        try record([.ticketReleased(SupportTicketReleased(userID: agent, ticketID: ticketID))], on: SupportAgent.self, agent)
      }
      if let agent = holder(state) {
        try record([.ticketTaken(SupportTicketTaken(userID: agent, ticketID: ticketID))], on: SupportAgent.self, agent)
      }
    }
    return TicketAnswer(state)
  }
}
