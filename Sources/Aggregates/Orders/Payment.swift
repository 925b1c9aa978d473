public import EventSourcing

/// The payment of one order. What the provider tells may come in any order, so the status is read off the facts by their rank,
/// never off what came last.
public enum Payment: Aggregate {
  public static let category = "payment"

  public enum Status: String, Sendable, Hashable, CaseIterable {
    case requested
    case actionRequired = "action_required"
    case failed, authorised, voided, captured
    case partiallyRefunded = "partially_refunded"
    case refunded
  }

  public enum RefundState: Sendable, Hashable {
    case requested(Cents), settled(Cents), failed(Cents)
  }

  public struct State: Sendable {
    public internal(set) var paymentID: PaymentID?
    public internal(set) var orderID = OrderID(0)
    /// Counted from 1.
    public internal(set) var attempt = 1
    public internal(set) var amount = Cents.zero
    public internal(set) var method = PaymentMethod.card
    public internal(set) var isActionRequired = false
    public internal(set) var hasFailed = false
    /// The provider's name for its promise.
    public internal(set) var authorisation: String?
    public internal(set) var captureTry = 0
    public internal(set) var failedCaptureTry = 0
    public internal(set) var captured: Cents?
    public internal(set) var isVoidRequested = false
    public internal(set) var isVoided = false
    public internal(set) var refunds: [RefundID: RefundState] = [:]

    /// What went back.
    public var refunded: Cents {
      Cents(rawValue: refunds.values.reduce(0) { if case .settled(let amount) = $1 { $0 + amount.rawValue } else { $0 } })
    }

    /// What went back or is about to.
    var refundedOrRequested: Cents {
      Cents(
        rawValue: refunds.values.reduce(0) {
          switch $1 {
          case .settled(let amount), .requested(let amount): $0 + amount.rawValue
          case .failed: $0
          }
        })
    }

    /// Nil: nothing was asked of the provider.
    public var status: Status? {
      guard paymentID != nil else { return nil }
      if let captured {
        let refunded = refunded
        return refunded == .zero ? .captured : refunded >= captured ? .refunded : .partiallyRefunded
      }
      if isVoided { return .voided }
      if authorisation != nil { return .authorised }
      if hasFailed { return .failed }
      return isActionRequired ? .actionRequired : .requested
    }
  }

  public static let initialState = State()

  public static func evolve(_ state: inout State, _ event: PaymentEvent) {
    switch event {
    case .paymentRequested(let event):
      state.paymentID = event.paymentID
      state.orderID = event.orderID
      state.attempt = event.attempt
      state.amount = event.amount
      state.method = event.method
    case .paymentActionRequired: state.isActionRequired = true
    case .paymentAuthorised(let event): state.authorisation = event.providerID
    case .paymentFailed: state.hasFailed = true
    case .captureRequested(let event): state.captureTry = max(state.captureTry, event.captureTry)
    case .captureFailed(let event): state.failedCaptureTry = max(state.failedCaptureTry, event.captureTry)
    case .paymentCaptured(let event):
      state.captured = event.amount
      state.authorisation = state.authorisation ?? event.providerID
    case .voidRequested: state.isVoidRequested = true
    case .paymentVoided: state.isVoided = true
    case .refundRequested(let event): state.refunds[event.refundID] = .requested(event.amount)
    case .refundSettled(let event): state.refunds[event.refundID] = .settled(event.amount)
    case .refundFailed(let event):
      if case .requested(let amount) = state.refunds[event.refundID] { state.refunds[event.refundID] = .failed(amount) }
    // What follows from it are events of their own.
    case .reportReceived: break
    }
  }
}
