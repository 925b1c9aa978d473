import Aggregates
public import EventSourcing
import JSON

extension Checkout {
  public func saga(of timer: DueTimer) throws -> String? { try Due(timer)?.orderID.description }

  public func fire(_ timer: DueTimer) async throws {
    switch try Due(timer) {
    case nil: break
    case .reservation(let order):
      // Not a step: before its time it writes nothing, and must be tried again.
      _ = try await executor.execute(ExpireReservation(orderID: order), id: commandID(of: timer), context: timerContext)
    case .step(let what): try await fire(what, timer)
    }
  }

  /// A timer of this process manager.
  private enum Due {
    case reservation(OrderID)
    case step(CheckoutTimer)

    init?(_ timer: DueTimer) throws {
      guard case .string(let action)? = try JSONValue(parsing: timer.payload)["do"] else { return nil }
      if action == ReservationTimer.action {
        self = .reservation(try ReservationTimer(jsonBytes: timer.payload).orderID)
      } else if CheckoutTimer.Kind(rawValue: action) != nil {
        self = .step(try CheckoutTimer(jsonBytes: timer.payload))
      } else {
        return nil
      }
    }

    var orderID: OrderID {
      switch self {
      case .reservation(let order): order
      case .step(let what): what.orderID
      }
    }
  }

  private func fire(_ what: CheckoutTimer, _ timer: DueTimer) async throws {
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
  }
}
