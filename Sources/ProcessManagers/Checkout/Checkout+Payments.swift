import Aggregates
import EventSourcing
import Logging

/// The questions to the payment provider. They are asked after the stock is held, outside of every decision.
extension Checkout {
  func authorise(_ message: RecordedEvent) async throws {
    let keys = try await log.subjectKeys(Set([message.subject].compactMap(\.self)), create: false)
    let event = try PayloadDecoder(PaymentRequested.self).decode(message, keys: keys)
    let order = event.orderID
    let request = AuthorisationRequest(
      orderID: order, attempt: event.attempt, amount: event.amount, currency: event.currency, method: event.method,
      token: event.personal?.token)
    switch try await answer(within: timeouts.authorisation, order, or: .pending, { [payments] in try await payments.authorise(request) }) {
    case .authorised(let providerID, let expiresAt):
      let command = AuthorisePayment(
        orderID: order, providerID: providerID, expiresAt: expiresAt, captureTimeout: timeouts.capture)
      try await step(command, of: order, after: message)
    case .refused(let reason): try await step(FailPayment(orderID: order, reason: reason), of: order, after: message)
    case .actionRequired(let url): try await step(RequirePaymentAction(orderID: order, url: url), of: order, after: message)
    // The timer that was set with the request ends the waiting.
    case .pending: break
    }
  }

  func capture(_ event: CaptureRequested, after message: RecordedEvent) async throws {
    let order = event.orderID
    let request = PromiseRequest(
      orderID: order, attempt: event.attempt, providerID: event.providerID, amount: event.amount, key: "capture-\(event.captureTry)")
    switch try await answer(within: timeouts.capture, order, or: .pending, { [payments] in try await payments.capture(request) }) {
    case .done(let providerID):
      let refund = RefundID(try await ids.next("refund"))
      let command = CompleteCapture(orderID: order, amount: event.amount, providerID: providerID, refundID: refund)
      try await step(command, of: order, after: message)
    case .refused(let reason):
      let command = FailCapture(
        orderID: order, captureTry: event.captureTry, reason: reason, captureTries: timeouts.captureTries,
        retryDelay: timeouts.captureRetry)
      try await step(command, of: order, after: message)
    case .pending: break
    }
  }

  func void(_ event: VoidRequested, after message: RecordedEvent) async throws {
    let request = PromiseRequest(
      orderID: event.orderID, attempt: event.attempt, providerID: event.providerID, amount: .zero, key: "void")
    guard case .done = try await payments.void(request) else { throw PromiseNotReturned(orderID: event.orderID) }
    try await step(CompleteVoid(orderID: event.orderID), of: event.orderID, after: message)
  }

  func refund(_ event: RefundRequested, after message: RecordedEvent) async throws {
    let order = event.orderID
    let request = PromiseRequest(
      orderID: order, attempt: event.attempt, providerID: event.providerID, amount: event.amount, key: "refund-\(event.refundID)")
    switch try await payments.refund(request) {
    case .done: try await step(SettleRefund(orderID: order, refundID: event.refundID), of: order, after: message)
    case .refused(let reason):
      try await step(FailRefund(orderID: order, refundID: event.refundID, reason: reason), of: order, after: message)
    case .pending: throw PromiseNotReturned(orderID: order)
    }
  }

  /// A provider's answer, if it comes in time. Whoever waits for it has a timer in the log, which decides what silence means.
  ///
  /// An error says that nobody knows what came of the question, so it is asked again: the provider knows it by its key.
  /// - Throws: when this process stops: silence would be taken for the provider's.
  private func answer<Answer: Sendable>(
    within timeout: Duration, _ order: OrderID, or silence: Answer, _ ask: @escaping @Sendable () async throws -> Answer
  ) async throws -> Answer {
    try await withThrowingTaskGroup(of: Answer.self) { group in
      group.addTask { [logger] in
        var pause = Duration.milliseconds(50)
        while true {
          do {
            return try await ask()
          } catch {
            try Task.checkCancellation()
            logger.warning("payment provider failed", metadata: ["order.id": "\(order)", "error": "\(error)"])
          }
          try await Task.sleep(for: pause)
          pause = min(pause * 2, .seconds(1))
        }
      }
      group.addTask {
        try await Task.sleep(for: timeout)
        return silence
      }
      defer { group.cancelAll() }
      return try await group.next() ?? silence
    }
  }
}

/// The provider has not given a promise or an amount back yet: it is asked again.
struct PromiseNotReturned: Error {
  let orderID: OrderID
}
