import EventSourcing

/// The machine of tickets: which moves a status takes, and what a move makes of clock and log.
extension Ticket {
  /// The statuses that somebody can bring a ticket to; what clients are told with a refusal. In progress comes by assigning an agent, and by
  /// what the customer writes, too.
  static func allowed(_ status: TicketStatus, assigned: Bool) -> [TicketStatus] {
    switch status {
    case .open: [.closed]
    case .inProgress: [.open, .waitingCustomer, .resolved]
    case .waitingCustomer: []
    case .resolved: [assigned ? .inProgress : .open, .closed]
    case .closed: []
    }
  }

  /// Brings a ticket to another status by somebody's word.
  /// - Throws: `wrongState`, `staffOnly`.
  static func move(
    _ state: State, to status: TicketStatus, by actor: TicketActor, reason: String?, at now: Timestamp, _ times: TicketTimes
  ) throws(TicketRejection) -> [TicketEvent] {
    guard let current = state.status, current != status else { return [] }
    guard allowed(current, assigned: state.assignedTo != nil).contains(status) else { throw wrongState(state) }
    // The owner closes his ticket, or says that it is not solved; all else is for agents.
    let isOwners = status == .closed || current == .resolved
    guard isOwners || actor.isStaff(for: state) else { throw .staffOnly }
    var deadlines = state.deadlines!
    switch (current, status) {
    case (.inProgress, .open): return [unassign(state, by: actor, at: now)]
    case (_, .waitingCustomer):
      deadlines.pause(at: now, closingAfter: times.silence)
      return [.customerAwaited(moved(state, to: status, deadlines, by: actor.userID, reason, at: now))]
    case (_, .resolved):
      let event: TicketResolved = moved(state, to: status, deadlines, by: actor.userID, reason, at: now)
      deadlines.pause(at: now, closingAfter: times.confirmation)
      return [.resolved(event.with(deadlines))]
    case (_, .closed): return [close(state, by: actor.userID, reason, at: now)]
    case (_, .inProgress), (_, .open):
      deadlines.resume(at: now)
      return [.reopened(moved(state, to: status, deadlines, by: actor.userID, reason, at: now))]
    }
  }

  static func close(_ state: State, by user: UserID?, _ reason: String?, at now: Timestamp) -> TicketEvent {
    var deadlines = state.deadlines!
    deadlines.end(at: now)
    return .closed(moved(state, to: .closed, deadlines, by: user, reason, at: now))
  }

  /// Makes an agent responsible; an open ticket is in progress by that.
  static func assign(_ state: State, to agent: UserID, by actor: TicketActor, at now: Timestamp) -> TicketEvent {
    let status = state.status == .open ? TicketStatus.inProgress : state.status!
    return .assigned(moved(state, to: status, state.deadlines!, assignedTo: agent, by: actor.userID, nil, at: now))
  }

  /// Takes the responsibility from an agent; a ticket in progress is open by that.
  static func unassign(_ state: State, by actor: TicketActor?, at now: Timestamp) -> TicketEvent {
    let status = state.status == .inProgress ? TicketStatus.open : state.status!
    return .unassigned(moved(state, to: status, state.deadlines!, assignedTo: nil, by: actor?.userID, nil, at: now))
  }

  /// The customer has written what was waited for.
  static func resume(_ state: State, by actor: TicketActor, at now: Timestamp) -> TicketEvent {
    var deadlines = state.deadlines!
    deadlines.resume(at: now)
    let status = state.assignedTo == nil ? TicketStatus.open : .inProgress
    return .resumed(moved(state, to: status, deadlines, by: actor.userID, nil, at: now))
  }

  static func wrongState(_ state: State) -> TicketRejection {
    let status = state.status ?? .closed
    return .wrongState(current: status, allowed: allowed(status, assigned: state.assignedTo != nil))
  }

  private static func moved<Kind>(
    _ state: State, to status: TicketStatus, _ deadlines: TicketDeadlines, by user: UserID?, _ reason: String?, at now: Timestamp
  ) -> TicketMove<Kind> {
    moved(state, to: status, deadlines, assignedTo: state.assignedTo, by: user, reason, at: now)
  }

  private static func moved<Kind>(
    _ state: State, to status: TicketStatus, _ deadlines: TicketDeadlines, assignedTo: UserID?, by user: UserID?, _ reason: String?,
    at now: Timestamp
  ) -> TicketMove<Kind> {
    var metadata = state.metadata
    if status != state.status { metadata.log(state.status, status, at: now, by: user) }
    let isInTime = state.deadlines?.resolutionDueAt.map { now <= $0 || state.deadlines?.pausedAt != nil } ?? true
    return TicketMove(
      ticket: state.key, previousStatus: state.status!, status: status, priority: state.priority, category: state.category,
      previousAssignee: state.assignedTo, assignedTo: assignedTo, movedBy: user, movedAt: now, reason: reason,
      minutes: deadlines.minutes(until: now), slaMet: !state.hasMissedDeadline && isInTime, deadlines: deadlines,
      personal: TicketMovePersonal(subject: state.subject, metadata: metadata.text))
  }
}

extension TicketMove {
  fileprivate func with(_ deadlines: TicketDeadlines) -> TicketMove {
    var move = self
    move.deadlines = deadlines
    return move
  }
}
