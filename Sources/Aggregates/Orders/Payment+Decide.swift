public import EventSourcing

/// What is asked of a payment, and what its provider tells.
public enum PaymentCommand: Sendable, Hashable {
  case request(PaymentRequested)
  case requireAction(url: String?)
  case authorise(providerID: String, expiresAt: Timestamp?)
  case fail(reason: String)
  case requestCapture(captureTry: Int)
  case failCapture(captureTry: Int, reason: String, final: Bool)
  case capture(Cents, providerID: String)
  case requestVoid
  case void
  case requestRefund(RefundID, Cents, reason: String)
  case settleRefund(RefundID)
  case failRefund(RefundID, reason: String)
}

/// Why a payment's command was refused.
public enum PaymentRejection: Rejection, Hashable {
  /// Nothing was asked of the provider.
  case notFound
  case wrongState(current: Payment.Status)
  /// More than was captured would go back.
  case refundTooLarge(refundable: Cents)
  case refundUnknown(RefundID)
  /// The news is of another attempt.
  case otherAttempt
}

extension Payment {
  /// News that has been heard before, or that a later one has overtaken, changes nothing.
  public static func decide(_ command: PaymentCommand, _ state: State) throws(PaymentRejection) -> [PaymentEvent] {
    if case .request(let event) = command { return state.paymentID == nil ? [.paymentRequested(event)] : [] }
    guard let id = state.paymentID, let status = state.status else { throw .notFound }
    let (order, attempt, promise) = (state.orderID, state.attempt, state.authorisation ?? "")
    switch command {
    case .request: return []
    case .requireAction(let url):
      guard status == .requested else { return [] }
      return [.paymentActionRequired(PaymentActionRequired(paymentID: id, orderID: order, attempt: attempt, url: url))]
    case .authorise(let providerID, let expiresAt):
      // Also after a failure: the provider's promise stands, and must be given back.
      guard state.authorisation == nil else { return [] }
      return [
        .paymentAuthorised(
          PaymentAuthorised(paymentID: id, orderID: order, attempt: attempt, providerID: providerID, expiresAt: expiresAt))
      ]
    case .fail(let reason):
      switch status {
      case .requested, .actionRequired:
        return [.paymentFailed(PaymentFailed(paymentID: id, orderID: order, attempt: attempt, reason: reason))]
      case .failed: return []
      default: throw .wrongState(current: status)
      }
    case .requestCapture(let captureTry):
      guard status == .authorised, !state.isVoidRequested else { throw .wrongState(current: status) }
      guard captureTry > state.captureTry else { return [] }
      return [
        .captureRequested(
          CaptureRequested(
            paymentID: id, orderID: order, attempt: attempt, providerID: promise, amount: state.amount, captureTry: captureTry))
      ]
    case .failCapture(let captureTry, let reason, let final):
      guard status == .authorised else { throw .wrongState(current: status) }
      guard captureTry > state.failedCaptureTry else { return [] }
      return [
        .captureFailed(
          CaptureFailed(paymentID: id, orderID: order, attempt: attempt, captureTry: captureTry, reason: reason, final: final))
      ]
    case .capture(let amount, let providerID):
      guard state.captured == nil else { return [] }
      return [
        .paymentCaptured(PaymentCaptured(paymentID: id, orderID: order, attempt: attempt, amount: amount, providerID: providerID))
      ]
    case .requestVoid:
      guard status == .authorised else { throw .wrongState(current: status) }
      if state.isVoidRequested { return [] }
      return [.voidRequested(VoidRequested(paymentID: id, orderID: order, attempt: attempt, providerID: promise))]
    case .void:
      if state.isVoided { return [] }
      guard status == .authorised else { throw .wrongState(current: status) }
      return [.paymentVoided(PaymentVoided(paymentID: id, orderID: order, attempt: attempt))]
    case .requestRefund(let refundID, let amount, let reason):
      guard let captured = state.captured else { throw .wrongState(current: status) }
      if state.refunds[refundID] != nil { return [] }
      let refundable = Cents(rawValue: captured.rawValue - state.refundedOrRequested.rawValue)
      guard amount > .zero, amount <= refundable else { throw .refundTooLarge(refundable: refundable) }
      return [
        .refundRequested(
          RefundRequested(
            paymentID: id, orderID: order, attempt: attempt, providerID: promise, refundID: refundID, amount: amount,
            reason: reason))
      ]
    case .settleRefund(let refundID):
      guard let refund = state.refunds[refundID], let captured = state.captured else { throw .refundUnknown(refundID) }
      switch refund {
      case .settled: return []
      case .requested(let amount), .failed(let amount):
        let complete = state.refunded.rawValue + amount.rawValue == captured.rawValue
        return [
          .refundSettled(
            RefundSettled(
              paymentID: id, orderID: order, attempt: attempt, refundID: refundID, amount: amount, complete: complete))
        ]
      }
    case .failRefund(let refundID, let reason):
      guard let refund = state.refunds[refundID] else { throw .refundUnknown(refundID) }
      guard case .requested = refund else { return [] }
      return [
        .refundFailed(RefundFailed(paymentID: id, orderID: order, attempt: attempt, refundID: refundID, reason: reason))
      ]
    }
  }
}
