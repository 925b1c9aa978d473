import Aggregates
public import EventSourcing
import JSON

extension Checkout {
  public func fire(_ timer: DueTimer) async throws -> Bool {
    guard case .string(let action)? = try JSONValue(parsing: timer.payload)["do"] else { return false }
    if action == ReservationTimer.action {
      // Not a step: before its time it writes nothing, and must be tried again.
      let order = try ReservationTimer(jsonBytes: timer.payload).orderID
      _ = try await executor.execute(ExpireReservation(orderID: order), id: Self.commandID(of: timer), context: Self.timerContext)
      return true
    }
    guard CheckoutTimer.Kind(rawValue: action) != nil else { return false }
    let what = try CheckoutTimer(jsonBytes: timer.payload)
    let order = what.orderID
    switch what.kind {
    case .stockSilent: try await step(RejectStock(orderID: order), of: order, after: timer)
    case .authorisationSilent: try await step(FailPayment(orderID: order, reason: "silent"), of: order, after: timer)
    case .captureSilent:
      let command = FailCapture(
        orderID: order, captureTry: what.captureTry, reason: "silent", captureTries: timeouts.captureTries,
        retryDelay: timeouts.captureRetry)
      try await step(command, of: order, after: timer)
    case .captureRetry:
      let command = RetryCapture(orderID: order, captureTry: what.captureTry, captureTimeout: timeouts.capture)
      try await step(command, of: order, after: timer)
    }
    return true
  }

  private func step(_ command: some Command, of order: OrderID, after timer: DueTimer) async throws {
    let step = SagaStep(command: command, orderID: order, name: String(describing: type(of: command)), timer: timer)
    _ = try await executor.execute(step, id: Self.commandID(of: timer), context: Self.timerContext)
  }

  /// One setting of a timer is carried out once.
  private static func commandID(of timer: DueTimer) -> CommandID {
    CommandID(derivedFrom: "\(timer.name)@\(timer.dueAt.rawValue)", purpose: "timer")
  }

  private static var timerContext: CommandContext { CommandContext(actor: "checkout-timer") }
}
