import EventSourcing
import EventStoreTesting
import JSON
import Testing

@testable import Aggregates

/// A support desk: one customer, two agents, a ticket.
struct Desk {
  static let ticket = TicketID(1_000)
  static let owner = UserID(1)
  static let agent = UserID(2)
  static let colleague = UserID(3)
  static let boss = TicketActor.administrator(UserID(9))
  static let team = SupportAgent.Membership(roleName: "support", teamID: 0)

  static func open(
    _ id: TicketID = ticket, by user: UserID? = owner, priority: TicketPriority? = nil, order: TicketOrder? = nil,
    metadata: JSONValue = .object([])
  ) -> OpenTicket {
    OpenTicket(
      ticketID: id, ticketNumber: "TKT-\(id)", userID: user, subject: "Broken", description: "It does not work", priority: priority,
      metadata: metadata, order: order)
  }

  /// Two agents, and the ticket brought to a status.
  static func scenario(_ status: TicketStatus? = .open) async throws -> Scenario {
    var scenario = try await Scenario().given(JoinSupportTeam(userID: agent, membership: team))
      .given(JoinSupportTeam(userID: colleague, membership: team))
    guard let status else { return scenario }
    scenario = try await scenario.given(open())
    if status == .open { return scenario }
    if status == .closed { return try await scenario.given(change { $0.status = .closed }) }
    scenario = try await scenario.given(change { $0.assignedTo = agent })
    return status == .inProgress ? scenario : try await scenario.given(change { $0.status = status })
  }

  static func change(by actor: TicketActor = boss, _ change: @escaping @Sendable (inout Ticket.Details) -> Void) -> ChangeTicket {
    ChangeTicket(ticketID: ticket, actor: actor, change: change)
  }

  static func write(_ id: Int64, by actor: TicketActor, isInternal: Bool = false) -> AddTicketMessage {
    AddTicketMessage(ticketID: ticket, messageID: TicketMessageID(id), actor: actor, message: " Hello\u{7} ", isInternal: isInternal)
  }
}

@Suite struct TicketMachineTests {
  /// What each status may become by somebody's word, and whether the owner may say it; all other pairs are refused.
  static let table: [TicketStatus: [TicketStatus: Bool]] = [
    .open: [.closed: true],
    .inProgress: [.open: false, .waitingCustomer: false, .resolved: false],
    .waitingCustomer: [:],
    .resolved: [.inProgress: true, .closed: true],
    .closed: [:],
  ]

  @Test func `who works for a website works on the tickets about its orders, and sees his own`() async throws {
    let order = TicketOrder(
      orderID: OrderID(5), orderNumber: "O-5", userID: Desk.owner, totalTTC: Cents(100), status: "delivered", hasFailedPayment: false,
      websiteID: WebsiteID(7))
    let (site, other) = (WebsiteID(7), WebsiteID(8))
    let scenario = try await Scenario().given(JoinSupportTeam(userID: Desk.agent, membership: .init(roleName: "support", teamID: 7)))
      .given(JoinSupportTeam(userID: Desk.colleague, membership: .init(roleName: "support", teamID: 8))).given(Desk.open(order: order))
    for actor in [TicketActor.administrator(UserID(9), of: other), .agent(Desk.colleague, of: other)] {
      try await scenario.when(Desk.change(by: actor) { $0.priority = .urgent }).thenRejected(TicketRejection.notFound)
    }
    let owner = TicketActor.administrator(Desk.owner, of: other)
    try await scenario.when(Desk.change(by: owner) { $0.priority = .urgent }).thenRejected(TicketRejection.staffOnly)
    let boss = TicketActor.administrator(UserID(9), of: site)
    try await scenario.when(Desk.change(by: boss) { $0.assignedTo = Desk.colleague }).thenRejected(
      TicketRejection.invalid(FieldError("assigned_to", .unknown)))
    let assigned = try await scenario.given(Desk.change(by: boss) { $0.assignedTo = Desk.agent })
    let left = try await assigned.given(
      LeaveSupportTeam(userID: Desk.agent, membership: .init(roleName: "support", teamID: 7)))
    #expect(try await left.state(of: Ticket.self, Desk.ticket).assignedTo == nil)
    // What is the platform's alone is nobody's within a website.
    let plain = try await Desk.scenario()
    try await plain.when(Desk.change(by: boss) { $0.priority = .urgent }).thenRejected(TicketRejection.notFound)
  }

  @Test(arguments: TicketStatus.allCases, TicketStatus.allCases)
  func `every move has its answer in every status`(from: TicketStatus, to: TicketStatus) async throws {
    let allowed = Self.table[from]![to]
    for (actor, isStaff) in [(Desk.boss, true), (TicketActor.customer(Desk.owner), false)] {
      let scenario = try await Desk.scenario(from)
      let result = try await scenario.when(Desk.change(by: actor) { $0.status = to })
      if from == to {
        try result.thenNothing()
      } else if allowed == nil {
        guard case .wrongState(let current, let names) = result.rejection as? TicketRejection else {
          Issue.record("\(from) to \(to): \(result)")
          continue
        }
        #expect(current == from)
        #expect(Set(names) == Set(Self.table[from]!.keys))
      } else if allowed == true || isStaff {
        #expect(try await scenario.state(of: Ticket.self, Desk.ticket).status == to)
      } else {
        try result.thenRejected(TicketRejection.staffOnly)
      }
    }
  }

  @Test func `assigning begins the work, and giving it back ends it`() async throws {
    let scenario = try await Desk.scenario()
    _ = try await scenario.given(Desk.change { $0.assignedTo = Desk.agent }).given(Desk.change { $0.assignedTo = Desk.colleague })
    var state = try await scenario.state(of: Ticket.self, Desk.ticket)
    #expect(state.status == .inProgress)
    #expect(state.assignedTo == Desk.colleague)
    #expect(try await scenario.state(of: SupportAgent.self, Desk.agent).tickets.isEmpty)
    #expect(try await scenario.state(of: SupportAgent.self, Desk.colleague).tickets == [Desk.ticket])
    _ = try await scenario.given(Desk.change { $0.assignedTo = nil })
    state = try await scenario.state(of: Ticket.self, Desk.ticket)
    #expect(state.status == .open)
    #expect(state.assignedTo == nil)
    try await scenario.when(Desk.change { $0.assignedTo = UserID(77) })
      .thenRejected(TicketRejection.invalid(FieldError("assigned_to", .unknown)))
  }

  @Test func `whoever leaves the team gives his tickets back`() async throws {
    let scenario = try await Desk.scenario(.inProgress)
    let waiting = TicketID(2_000)
    _ = try await scenario.given(Desk.open(waiting))
      .given(ChangeTicket(ticketID: waiting, actor: Desk.boss) { $0.assignedTo = Desk.agent })
      .given(ChangeTicket(ticketID: waiting, actor: Desk.boss) { $0.status = .waitingCustomer })
      .given(LeaveSupportTeam(userID: Desk.agent, membership: Desk.team))
    #expect(try await scenario.state(of: Ticket.self, Desk.ticket).status == .open)
    #expect(try await scenario.state(of: SupportAgent.self, Desk.agent).tickets.isEmpty)
    let state = try await scenario.state(of: Ticket.self, waiting)
    #expect(state.status == .waitingCustomer)
    #expect(state.assignedTo == nil)
    // In progress needs an agent, so what the customer writes opens it.
    _ = try await scenario.given(
      AddTicketMessage(ticketID: waiting, messageID: TicketMessageID(1), actor: .customer(Desk.owner), message: "Here"))
    #expect(try await scenario.state(of: Ticket.self, waiting).status == .open)
    try await scenario.when(LeaveSupportTeam(userID: Desk.agent, membership: Desk.team)).thenNothing()
  }

  @Test func `a closed ticket takes nothing any more, but can be read and deleted`() async throws {
    let scenario = try await Desk.scenario()
    _ = try await scenario.given(Desk.write(1, by: Desk.boss)).given(Desk.change { $0.status = .closed })
    let closed = TicketRejection.wrongState(current: .closed, allowed: [])
    let owner = TicketActor.customer(Desk.owner)
    try await scenario.when(Desk.write(2, by: owner)).thenRejected(closed)
    try await scenario.when(Desk.change { $0.priority = .urgent }).thenRejected(closed)
    try await scenario.when(
      EditTicketMessage(ticketID: Desk.ticket, messageID: TicketMessageID(1), actor: Desk.boss, message: "New")
    ).thenRejected(closed)
    #expect(try await scenario.when(ReadTicketMessages(ticketID: Desk.ticket, actor: owner)).recorded.count == 1)
    _ = try await scenario.given(DeleteTicket(ticketID: Desk.ticket, deletedBy: nil))
    try await scenario.when(DeleteTicket(ticketID: Desk.ticket, deletedBy: nil)).thenNothing()
    try await scenario.when(Desk.write(3, by: owner)).thenRejected(TicketRejection.notFound)
  }

  @Test func `another customer's ticket does not exist, nor for an agent that of a colleague`() async throws {
    let scenario = try await Desk.scenario(.inProgress)
    for actor in [TicketActor.customer(UserID(5)), .agent(Desk.colleague), .guest(ticketNumber: "TKT-1")] {
      try await scenario.when(Desk.write(1, by: actor)).thenRejected(TicketRejection.notFound)
      try await scenario.when(Desk.change(by: actor) { $0.subject = "Mine" }).thenRejected(TicketRejection.notFound)
    }
    _ = try await scenario.given(Desk.write(1, by: .agent(Desk.agent))).given(Desk.write(2, by: .guest(ticketNumber: "TKT-1000")))
  }

  @Test func `the owner cannot say how urgent his ticket is or who works on it`() async throws {
    let scenario = try await Desk.scenario()
    let owner = TicketActor.customer(Desk.owner)
    try await scenario.when(Desk.change(by: owner) { $0.priority = .urgent }).thenRejected(TicketRejection.staffOnly)
    try await scenario.when(Desk.change(by: owner) { $0.assignedTo = Desk.agent }).thenRejected(TicketRejection.staffOnly)
    try await scenario.when(Desk.write(1, by: owner, isInternal: true)).thenRejected(TicketRejection.staffOnly)
    _ = try await scenario.given(Desk.change(by: owner) { $0.subject = "Quite broken" })
    #expect(try await scenario.state(of: Ticket.self, Desk.ticket).subject == "Quite broken")
  }
}

@Suite struct TicketOpeningTests {
  private func order(_ euros: Int64, of user: UserID = Desk.owner, failed: Bool = false) -> TicketOrder {
    TicketOrder(
      orderID: OrderID(7), orderNumber: "ORD-7", userID: user, totalTTC: Cents(euros * 100), status: "confirmed", hasFailedPayment: failed)
  }

  @Test func `the first priority follows from what was asked and what it is about`() {
    #expect(Desk.open().initialPriority == .medium)
    #expect(Desk.open(priority: .low).initialPriority == .low)
    #expect(Desk.open(order: order(500)).initialPriority == .medium)
    #expect(Desk.open(order: order(501)).initialPriority == .high)
    #expect(Desk.open(priority: .urgent, order: order(501)).initialPriority == .urgent)
    #expect(Desk.open(order: order(5, failed: true)).initialPriority == .urgent)
    var command = Desk.open()
    command.ticketsOfCategory = 4
    #expect(command.initialPriority == .high)
    command.priority = .low
    command.isPriorityFinal = true
    #expect(command.initialPriority == .low)
  }

  @Test func `a ticket is opened once, under a number of its own`() async throws {
    let scenario = try await Desk.scenario(nil)
    try await scenario.when(Desk.open()).thenClaim("ticket-number:TKT-1000", by: Ticket.stream(Desk.ticket))
    try await scenario.when(Desk.open()).thenNothing()
    var second = Desk.open(TicketID(1_001))
    second.ticketNumber = "TKT-1000"
    let command = second
    await #expect { try await scenario.when(command) } throws: { error in
      if case CommandError.refused(.claimTaken("ticket-number:TKT-1000", _)) = error { true } else { false }
    }
  }

  @Test func `an order of somebody else is no order`() async throws {
    try await Desk.scenario(nil).when(Desk.open(order: order(5, of: UserID(5))))
      .thenRejected(TicketRejection.invalid(FieldError("order_id", .unknown)))
  }

  @Test(
    arguments: [
      ("subject", " \n", "x", .object([]), .blank),
      ("subject", String(repeating: "x", count: 256), "x", .object([]), .tooLong(maximum: 255)),
      ("description", "x", "\u{1}", .object([]), .blank),
      ("metadata", "x", "x", ["sla_breaches": []], .malformed), ("metadata", "x", "x", ["n": .number("1e999")], .malformed),
      ("metadata", "x", "x", ["t": .string(String(repeating: "x", count: 10_001))], .tooLong(maximum: 10_000)),
    ] as [(String, String, String, JSONValue, FieldError.Reason)])
  func `what breaks a rule opens nothing`(
    field: String, subject: String, description: String, metadata: JSONValue, reason: FieldError.Reason
  ) async throws {
    var command = Desk.open(metadata: metadata)
    (command.subject, command.description) = (subject, description)
    try await Desk.scenario(nil).when(command).thenRejected(TicketRejection.invalid(FieldError(field, reason)))
  }

  @Test func `what happens to an order is noted on its tickets`() async throws {
    let scenario = try await Desk.scenario(nil).given(Desk.open(order: order(20)))
    _ = try await scenario.given(NoteOrderOnTickets(orderID: OrderID(7), status: "cancelled"))
    let state = try await scenario.state(of: Ticket.self, Desk.ticket)
    #expect(state.metadata.document["order"]?["status"] == "cancelled")
    try await scenario.when(NoteOrderOnTickets(orderID: OrderID(7), status: "cancelled")).thenNothing()
    try await scenario.when(NoteOrderOnTickets(orderID: OrderID(8), status: "cancelled")).thenNothing()
  }
}
