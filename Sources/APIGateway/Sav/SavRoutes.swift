import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Tickets, their conversations and their files; returns stand beside.
enum SavRoutes {
  static let group = RouteGroup(
    service: "sav",
    routes: [HealthRoutes.route(of: "sav", hasStatus: true) { $0.reads.sav }] + tickets + messages + attachments + TicketFileRoutes.routes
      + guests
      + ReturnRoutes.routes + WithdrawalRoutes.routes)

  private static let tickets: [Route] = [
    .list(
      "/tickets", "tickets", "Tickets, newest first: a customer's own, an agent's own and those of nobody, an administrator's all",
      in: NoInput.self, access: .bearer, from: { $0.reads.sav }, choosing: TicketResources.all
    ) { _, call in
      switch try await call.ticketActor() {
      case .administrator(_, of: nil): (TicketResources.all, [])
      case .administrator(let user, of: let website?): (TicketResources.ofWebsite, [.int64(website.rawValue), .int64(user.rawValue)])
      case .agent(let user, of: nil): (TicketResources.ofAgent, [.int64(user.rawValue)])
      case .agent(let user, of: let website?): (TicketResources.ofWebsitesAgent, [.int64(website.rawValue), .int64(user.rawValue)])
      case .customer, .guest: (TicketResources.own, [.int64(call.user.userID.rawValue)])
      }
    },
    Route(
      .post, "/tickets", "openTicket", "Opens a ticket", in: NewTicket.self, out: state.asData, status: 201, access: .bearer,
      idempotency: .optional, problems: [.unknownReference, .forbidden, .numbersExhausted], handler: TicketOpening.open),
    .whole(
      "/tickets/statistics", "ticketStatistics", "How many tickets are in each status", in: NoInput.self, access: .agents(within: .website),
      from: { $0.reads.sav }, TicketResources.statistics
    ) { _, call in
      [try await call.ticketActor().website.map { .int64($0.rawValue) } ?? .null]
    },
    .row(
      "/tickets/{id}", "ticket", "A ticket", in: IDInput<TicketID>.self, access: .bearer, from: { $0.reads.sav }, TicketResources.one
    ) { input, call in try await call.ticketParameters(input.id) },
    Route(
      .put, "/tickets/{id}", "changeTicket", "Changes fields of a ticket, and where it stands", in: TicketChange.self, out: state.asData,
      access: .bearer, idempotency: .none, problems: [.stateConflict, .unknownReference, .forbidden]
    ) { input, call in
      .ticket(try await call.execute(change(input.id, input.reason, call) { input.apply(to: &$0) }))
    },
    Route(
      .delete, "/tickets/{id}", "deleteTicket", "Takes a ticket away, with all that belongs to it", in: IDInput<TicketID>.self, out: nil,
      status: 204, access: .administrators, idempotency: .none, precondition: .ifMatch, problems: []
    ) { input, call in
      let command = DeleteTicket(ticketID: input.id, deletedBy: call.user.userID)
      return .command(try await call.execute(command, ifMatch: Ticket.self, input.id))
    },
    Route(
      .post, "/tickets/{id}/assign", "assignTicket", "Makes an agent responsible", in: TicketAssignment.self, out: state.asData,
      access: .agents(within: .website), idempotency: .optional, problems: [.stateConflict, .unknownReference]
    ) { input, call in .ticket(try await call.execute(change(input.id, nil, call) { $0.assignedTo = input.assignedTo })) },
    Route(
      .post, "/tickets/{id}/resolve", "resolveTicket", "Says that a ticket is solved", in: TicketEnd.self, out: state.asData,
      access: .agents(within: .website), idempotency: .optional, problems: [.stateConflict]
    ) { input, call in .ticket(try await call.execute(change(input.id, input.reason, call) { $0.status = .resolved })) },
    Route(
      .post, "/tickets/{id}/close", "closeTicket", "Closes a ticket for good", in: TicketEnd.self, out: state.asData,
      access: .bearer, idempotency: .optional, problems: [.stateConflict, .forbidden]
    ) { input, call in .ticket(try await call.execute(change(input.id, input.reason, call) { $0.status = .closed })) },
  ]

  private static let messages: [Route] = [
    .whole(
      "/tickets/{id}/messages", "ticketMessages", "A ticket's conversation, oldest first", in: IDInput<TicketID>.self, access: .bearer,
      from: { $0.reads.sav }, TicketResources.messages
    ) { input, call in try await call.ticketParameters(input.id) },
    Route(
      .post, "/tickets/{id}/messages", "addTicketMessage", "Writes into a ticket; agents may write notes among themselves",
      in: NewMessage.self, out: Schema.reference.asData, status: 201, access: .bearer, idempotency: .optional,
      problems: [.stateConflict, .forbidden, .ruleViolated]
    ) { input, call in
      try await add(input.ticketID, input.message, by: call.ticketActor(), isInternal: input.isInternal, call) {
        "/api/v1/sav/tickets/\(input.ticketID)/messages/\($0)"
      }
    },
    .row(
      "/tickets/{id}/messages/unread-count", "unreadTicketMessages", "How many messages of the other party are unread",
      in: IDInput<TicketID>.self, access: .bearer, from: { $0.reads.sav }, TicketResources.unreadCount
    ) { input, call in try await call.ticketParameters(input.id) },
    Route(
      .post, "/tickets/{id}/messages/mark-all-read", "readTicketMessages", "Notes that all messages were read",
      in: IDInput<TicketID>.self, out: nil, status: 204, access: .bearer, idempotency: .optional, problems: []
    ) { input, call in .command(try await call.execute(ReadTicketMessages(ticketID: input.id, actor: call.ticketActor()))) },
    Route(
      .post, "/tickets/{id}/messages/{mid}/mark-read", "readTicketMessage", "Notes that a message was read", in: MessageInput.self,
      out: nil, status: 204, access: .bearer, idempotency: .optional, problems: []
    ) { input, call in
      .command(
        try await call.execute(
          ReadTicketMessages(ticketID: input.ticketID, actor: call.ticketActor(), messageID: input.messageID)))
    },
    .row(
      "/tickets/{id}/messages/{mid}", "ticketMessage", "A message of a ticket", in: MessageInput.self, access: .bearer,
      from: { $0.reads.sav }, TicketResources.oneMessage
    ) { input, call in try await call.ticketParameters(input.ticketID) + [.int64(input.messageID.rawValue)] },
    Route(
      .put, "/tickets/{id}/messages/{mid}", "editTicketMessage", "Corrects a message", in: MessageEdit.self,
      out: Schema.reference.asData, access: .bearer, idempotency: .none, problems: [.stateConflict, .forbidden]
    ) { input, call in
      let place = input.place
      let command = EditTicketMessage(
        ticketID: place.ticketID, messageID: place.messageID, actor: try await call.ticketActor(), message: input.message)
      return .reference(try await call.execute(command), place.messageID)
    },
    Route(
      .delete, "/tickets/{id}/messages/{mid}", "deleteTicketMessage", "Takes a message back, with its files", in: MessageInput.self,
      out: nil, status: 204, access: .bearer, idempotency: .none, problems: [.stateConflict, .forbidden]
    ) { input, call in
      .command(
        try await call.execute(
          DeleteTicketMessage(ticketID: input.ticketID, messageID: input.messageID, actor: call.ticketActor())))
    },
  ]

  private static let attachments: [Route] = [
    .whole(
      "/tickets/{id}/attachments", "ticketAttachments", "A ticket's files", in: IDInput<TicketID>.self, access: .bearer,
      from: { $0.reads.sav }, TicketResources.attachments
    ) { input, call in try await call.ticketParameters(input.id) },
    .whole(
      "/tickets/{id}/attachments/message/{mid}", "ticketMessageAttachments", "A message's files", in: MessageInput.self, access: .bearer,
      from: { $0.reads.sav }, TicketResources.attachmentsOfMessage
    ) { input, call in try await call.ticketParameters(input.ticketID) + [.int64(input.messageID.rawValue)] },
    .row(
      "/tickets/{id}/attachments/{aid}", "ticketAttachment", "A file of a ticket", in: AttachmentInput.self, access: .bearer,
      from: { $0.reads.sav }, TicketResources.oneAttachment
    ) { input, call in try await call.ticketParameters(input.ticketID) + [.int64(input.attachmentID.rawValue)] },
    Route(
      .delete, "/tickets/{id}/attachments/{aid}", "removeTicketAttachment", "Takes a file from a ticket", in: AttachmentInput.self,
      out: nil, status: 204, access: .bearer, idempotency: .none, problems: [.stateConflict]
    ) { input, call in
      .command(
        try await call.execute(
          RemoveTicketFile(ticketID: input.ticketID, attachmentID: input.attachmentID, actor: call.ticketActor())))
    },
  ]

  /// For whoever does not sign in: the number of a ticket is what lets him in.
  private static let guests: [Route] = [
    Route(
      .post, "/public/tickets", "openTicketAsGuest", "Opens a ticket without an account", in: GuestTicket.self, out: state.asData,
      status: 201, access: .everyone, idempotency: .optional, problems: [.numbersExhausted], handler: TicketOpening.openAsGuest),
    .row(
      "/public/tickets/{ticketNumber}", "ticketByNumber", "A ticket and its conversation, for whoever knows its number",
      in: TicketNumberInput.self, access: .everyone, from: { $0.reads.sav }, TicketResources.byNumber
    ) { input, _ in [.text(input.number)] },
    Route(
      .post, "/public/tickets/{id}/messages", "addTicketMessageAsGuest", "Writes into a ticket whose number one knows",
      in: GuestMessage.self, out: Schema.reference.asData, status: 201, access: .everyone, idempotency: .optional,
      problems: [.stateConflict, .ruleViolated]
    ) { input, call in
      try await add(input.ticketID, input.message, by: .guest(ticketNumber: input.ticketNumber), isInternal: false, call) { _ in nil }
    },
  ]

  // MARK: Commands

  private static func change(
    _ id: TicketID, _ reason: String?, _ call: Call, _ change: @escaping @Sendable (inout Ticket.Details) -> Void
  ) async throws -> ChangeTicket {
    ChangeTicket(
      ticketID: id, actor: try await call.ticketActor(), reason: reason, times: call.services.configuration.ticketTimes, change: change)
  }

  private static func add(
    _ ticket: TicketID, _ message: String, by actor: TicketActor, isInternal: Bool, _ call: Call,
    location: (TicketMessageID) -> String?
  ) async throws -> Reply {
    let id = TicketMessageID(try await call.nextID("ticket_message"))
    let outcome = try await call.execute(
      AddTicketMessage(ticketID: ticket, messageID: id, actor: actor, message: message, isInternal: isInternal))
    let made = outcome.answer?.id ?? id
    return .reference(outcome, made, location: location(made))
  }

  private static let state = Schema.object(
    "TicketState",
    [
      "id": .id, "ticket_number": .text, "status": .choice(TicketResources.statuses), "priority": .choice(TicketResources.priorities),
    ])
}

extension Call {
  /// The caller as tickets know him.
  func ticketActor() async throws -> TicketActor {
    if user.isAdministrator { return .administrator(user.userID) }
    if try await isAgent() { return .agent(user.userID) }
    guard let websiteID else { return .customer(user.userID) }
    let rights = try await rights()
    if rights.has(PlatformRole.administrators, team: websiteID.rawValue) { return .administrator(user.userID, of: websiteID) }
    return rights.has(PlatformRole.agents, team: websiteID.rawValue) ? .agent(user.userID, of: websiteID) : .customer(user.userID)
  }

  /// Whether the caller works on all tickets, whatever else he does.
  func isAgent() async throws -> Bool {
    // The strongest role is that of now; who has none but a customer's needs no look at his account.
    guard user.role != .customer else { return false }
    return try await rights().has(PlatformRole.agents)
  }

  /// The parameters by which a statement tells whether the caller sees a ticket, or what belongs to one.
  func ticketParameters(_ id: some EntityID) async throws -> [PostgresValue] {
    let actor = try await ticketActor()
    let place = actor.website.map { ":\($0)" } ?? ""
    let scope =
      switch actor {
      case .administrator: "all\(place)"
      case .agent: "agent\(place)"
      case .customer, .guest: "own"
      }
    return [.int64(id.rawValue), .text(scope), .int64(user.userID.rawValue)]
  }
}

extension TicketActor {
  /// The website that he works for alone.
  fileprivate var website: WebsiteID? {
    switch self {
    case .administrator(_, let website), .agent(_, let website): website
    case .customer, .guest: nil
    }
  }
}
