import Aggregates
public import EventSourcing
import JSON

extension SupportDesk {
  public func saga(of timer: DueTimer) throws -> String? {
    switch try Due(timer) {
    case .ticket(let what)?: Ticket.stream(what.ticketID).rawValue
    case .goods(let what)?: Return.stream(what.returnID).rawValue
    case nil: nil
    }
  }

  public func fire(_ timer: DueTimer) async throws {
    switch try Due(timer) {
    case .ticket(let what)?:
      try await execute(FireTicketTimer(ticketID: what.ticketID, kind: what.kind, dueAt: timer.dueAt), for: timer)
    case .goods(let what)?:
      try await execute(FireReturnTimer(returnID: what.returnID, kind: what.kind, dueAt: timer.dueAt), for: timer)
    case nil: break
    }
  }

  /// A timer of this process manager.
  private enum Due {
    case ticket(TicketTimer)
    case goods(ReturnTimer)

    init?(_ timer: DueTimer) throws {
      guard case .string(let action)? = try JSONValue(parsing: timer.payload)["do"] else { return nil }
      if TicketTimer.Kind(rawValue: action) != nil {
        self = .ticket(try TicketTimer(jsonBytes: timer.payload))
      } else if ReturnTimer.Kind(rawValue: action) != nil {
        self = .goods(try ReturnTimer(jsonBytes: timer.payload))
      } else {
        return nil
      }
    }
  }

  private func execute(_ command: some Command, for timer: DueTimer) async throws {
    _ = try await executor.execute(command, id: commandID(of: timer), context: timerContext)
  }
}
