public import EventSourcing

/// The buyer must act first, as for a transfer: the provider is no longer waited for.
public struct RequirePaymentAction: Command {
  public var orderID: OrderID
  /// Where the buyer goes on, if anywhere.
  public var url: String?

  public init(orderID: OrderID, url: String? = nil) {
    self.orderID = orderID
    self.url = url
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    if try !session.change(payment: orderID, by: .requireAction(url: url)).isEmpty {
      session.cancelTimer(CheckoutTimer.authorisationName(orderID))
    }
    return try session.answer(order: orderID)
  }
}

/// The provider promises the amount: the order is confirmed and the amount asked for, in one append.
/// Where the order has been cancelled meanwhile, the promise is given back instead.
public struct AuthorisePayment: Command {
  public var orderID: OrderID
  /// The provider's name for its promise.
  public var providerID: String
  public var expiresAt: Timestamp?
  /// How long the provider may stay silent about the capture.
  public var captureTimeout: Duration

  public init(
    orderID: OrderID, providerID: String, expiresAt: Timestamp? = nil, captureTimeout: Duration = CheckoutTimeouts().capture
  ) {
    self.orderID = orderID
    self.providerID = providerID
    self.expiresAt = expiresAt
    self.captureTimeout = captureTimeout
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    guard try !session.change(payment: orderID, by: .authorise(providerID: providerID, expiresAt: expiresAt)).isEmpty else {
      return try session.answer(order: orderID)
    }
    session.cancelTimer(CheckoutTimer.authorisationName(orderID))
    // A capture was heard of first: it has confirmed the order.
    if try session.load(Payment.self, orderID).captured != nil { return try session.answer(order: orderID) }
    do {
      _ = try session.change(order: orderID, by: .confirm)
      _ = try session.change(payment: orderID, by: .requestCapture(captureTry: 1))
      session.waitForCapture(orderID, captureTry: 1, captureTimeout)
    } catch is OrderRejection {
      _ = try session.change(payment: orderID, by: .requestVoid)
    }
    return try session.answer(order: orderID)
  }
}

/// The provider refused, or stayed silent too long: the order is cancelled in the same append.
public struct FailPayment: Command {
  public var orderID: OrderID
  /// The provider's word, or `silent`.
  public var reason: String

  public init(orderID: OrderID, reason: String) {
    self.orderID = orderID
    self.reason = reason
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    _ = try session.change(payment: orderID, by: .fail(reason: reason))
    do {
      if try !session.change(order: orderID, by: .rejectPayment).isEmpty { session.cancelCheckoutTimers(orderID) }
    } catch is OrderRejection {
      // Cancelled for another reason meanwhile; the failed payment is news all the same.
      session.cancelTimer(CheckoutTimer.authorisationName(orderID))
    }
    return try session.answer(order: orderID)
  }
}

/// The provider is asked once more for the amount.
public struct RetryCapture: Command {
  public var orderID: OrderID
  /// Counted from 1.
  public var captureTry: Int
  public var captureTimeout: Duration

  public init(orderID: OrderID, captureTry: Int, captureTimeout: Duration = CheckoutTimeouts().capture) {
    self.orderID = orderID
    self.captureTry = captureTry
    self.captureTimeout = captureTimeout
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    if try !session.change(payment: orderID, by: .requestCapture(captureTry: captureTry)).isEmpty {
      session.waitForCapture(orderID, captureTry: captureTry, captureTimeout)
    }
    return try session.answer(order: orderID)
  }
}

/// A try to capture failed or stayed silent: another one follows after a while, or the order is cancelled.
public struct FailCapture: Command {
  public var orderID: OrderID
  /// Counted from 1.
  public var captureTry: Int
  /// The provider's word, or `silent`.
  public var reason: String
  /// How often it is tried in all.
  public var captureTries: Int
  public var retryDelay: Duration

  public init(
    orderID: OrderID, captureTry: Int, reason: String, captureTries: Int = CheckoutTimeouts().captureTries,
    retryDelay: Duration = CheckoutTimeouts().captureRetry
  ) {
    self.orderID = orderID
    self.captureTry = captureTry
    self.reason = reason
    self.captureTries = captureTries
    self.retryDelay = retryDelay
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    let isLast = captureTry >= captureTries
    let failed = try session.change(payment: orderID, by: .failCapture(captureTry: captureTry, reason: reason, final: isLast))
    guard !failed.isEmpty else { return try session.answer(order: orderID) }
    if isLast {
      session.cancelTimer(CheckoutTimer.captureName(orderID))
      do {
        _ = try session.change(order: orderID, by: .failCapture)
      } catch is OrderRejection {
        // Made up or cancelled meanwhile: a person must look, and the payment says so.
      }
    } else {
      session.retryCapture(orderID, captureTry: captureTry + 1, after: retryDelay)
    }
    return try session.answer(order: orderID)
  }
}

/// The amount was received: the order is paid. Where it has been cancelled meanwhile, the amount goes back.
public struct CompleteCapture: Command {
  public var orderID: OrderID
  public var amount: Cents
  public var providerID: String
  /// New; used when the amount must go back.
  public var refundID: RefundID

  public init(orderID: OrderID, amount: Cents, providerID: String, refundID: RefundID) {
    self.orderID = orderID
    self.amount = amount
    self.providerID = providerID
    self.refundID = refundID
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    guard try !session.change(payment: orderID, by: .capture(amount, providerID: providerID)).isEmpty else {
      return try session.answer(order: orderID)
    }
    session.cancelTimer(CheckoutTimer.authorisationName(orderID))
    session.cancelTimer(CheckoutTimer.captureName(orderID))
    do {
      // News may come in any order: what was captured had been authorised.
      if try session.load(Order.self, orderID).status == .pending { _ = try session.change(order: orderID, by: .confirm) }
      _ = try session.change(order: orderID, by: .recordPayment(amount, transactionID: providerID))
    } catch is OrderRejection {
      _ = try session.change(payment: orderID, by: .requestRefund(refundID, amount, reason: "order_cancelled"))
    }
    return try session.answer(order: orderID)
  }
}

/// The order is cancelled: its payment is given back in the way that fits how far it had got.
public struct SettleCancelledPayment: Command {
  public var orderID: OrderID
  /// New; used when something was captured.
  public var refundID: RefundID
  /// Why the order was cancelled.
  public var reason: OrderCancellationReason

  public init(orderID: OrderID, refundID: RefundID, reason: OrderCancellationReason) {
    self.orderID = orderID
    self.refundID = refundID
    self.reason = reason
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let payment = try session.load(Payment.self, orderID)
    switch payment.status {
    case nil, .failed, .voided, .refunded: break
    case .requested, .actionRequired: _ = try session.change(payment: orderID, by: .fail(reason: "order_cancelled"))
    case .authorised:
      _ = try session.change(payment: orderID, by: .requestVoid)
      session.cancelTimer(CheckoutTimer.captureName(orderID))
    case .captured, .partiallyRefunded:
      let rest = Cents(rawValue: (payment.captured ?? .zero).rawValue - payment.refundedOrRequested.rawValue)
      if rest > .zero { _ = try session.change(payment: orderID, by: .requestRefund(refundID, rest, reason: reason.rawValue)) }
    }
    return NoAnswer()
  }
}

/// The promise was given back.
public struct CompleteVoid: Command {
  public var orderID: OrderID

  public init(orderID: OrderID) {
    self.orderID = orderID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    _ = try session.change(payment: orderID, by: .void)
    return NoAnswer()
  }
}

/// Part of what was captured is to go back.
public struct RequestRefund: Command {
  public var orderID: OrderID
  /// New.
  public var refundID: RefundID
  /// With tax.
  public var amount: Cents
  public var reason: String

  public init(orderID: OrderID, refundID: RefundID, amount: Cents, reason: String) {
    self.orderID = orderID
    self.refundID = refundID
    self.amount = amount
    self.reason = reason
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    _ = try session.change(payment: orderID, by: .requestRefund(refundID, amount, reason: reason))
    return NoAnswer()
  }
}

/// The provider paid back: payment and order say so in one append.
public struct SettleRefund: Command {
  public var orderID: OrderID
  public var refundID: RefundID
  /// What went back for which line; nil: all lines, when the whole order goes back at once, or none.
  public var lines: [RefundLine]?

  public init(orderID: OrderID, refundID: RefundID, lines: [RefundLine]? = nil) {
    self.orderID = orderID
    self.refundID = refundID
    self.lines = lines
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    let order = try session.load(Order.self, orderID)
    for case .refundSettled(let settled) in try session.change(payment: orderID, by: .settleRefund(refundID)) {
      // An amount that came after the cancellation was never the order's: only the payment knows of it.
      guard order.paid != nil else { continue }
      let all = settled.amount == order.paid ? order.lines.map(Self.whole) : []
      _ = try session.change(order: orderID, by: .recordRefund(refundID, lines ?? all, settled.amount))
    }
    return try session.answer(order: orderID)
  }

  private static func whole(_ line: Order.Line) -> RefundLine {
    RefundLine(orderItemID: line.orderItemID, quantity: line.quantity, amountHT: line.netHT, vat: line.vat)
  }
}

/// The provider could not pay back.
public struct FailRefund: Command {
  public var orderID: OrderID
  public var refundID: RefundID
  public var reason: String

  public init(orderID: OrderID, refundID: RefundID, reason: String) {
    self.orderID = orderID
    self.refundID = refundID
    self.reason = reason
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    _ = try session.change(payment: orderID, by: .failRefund(refundID, reason: reason))
    return NoAnswer()
  }
}
