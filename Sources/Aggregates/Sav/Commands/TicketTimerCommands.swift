public import EventSourcing

/// A timer of a ticket has fired: a deadline is missed, or the ticket closes by itself. Nothing happens when the timer was moved or cancelled
/// meanwhile.
public struct FireTicketTimer: Command {
  public var ticketID: TicketID
  public var kind: TicketTimer.Kind
  /// The moment the timer was set to.
  public var dueAt: Timestamp

  public init(ticketID: TicketID, kind: TicketTimer.Kind, dueAt: Timestamp) {
    self.ticketID = ticketID
    self.kind = kind
    self.dueAt = dueAt
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let before = try session.load(Ticket.self, ticketID)
    guard TicketTimer.due(kind, before.deadlines) == dueAt else { return NoAnswer() }
    let events =
      switch kind {
      case .response: Ticket.miss(.response, before, at: session.now)
      case .resolution: Ticket.miss(.resolution, before, at: session.now)
      case .close:
        [
          Ticket.close(
            before, by: nil, before.status == .resolved ? "not contradicted after the resolution" : "no answer from the customer",
            at: session.now)
        ]
      }
    try session.record(events, on: Ticket.self, ticketID)
    _ = try session.settle(ticketID, since: before)
    return NoAnswer()
  }
}
