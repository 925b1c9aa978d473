public import EventSourcing

/// What a provider tells by itself.
public enum PaymentReport: Sendable, Hashable {
  /// - Parameter providerID: the provider's name for its promise.
  case authorised(providerID: String, expiresAt: Timestamp?)
  case refused(reason: String)
  /// - Parameter providerID: the provider's name for the transaction.
  case captured(Cents, providerID: String)
  case refunded(RefundID)
  case refundFailed(RefundID, reason: String)
}

/// The provider tells by itself how a payment goes on. In any order, late and more than once: what is known already, what a later report
/// has overtaken and what contradicts what is known change nothing, and stand only as they were told.
public struct ReportPayment: Command {
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  public var report: PaymentReport
  /// The provider's own name for its message; the command's id follows from it.
  public var reportID: String
  /// The message as it came.
  public var body: String
  /// New; used when an amount must go back at once.
  public var refundID: RefundID
  /// How long the provider may stay silent about a capture.
  public var captureTimeout: Duration

  public init(
    orderID: OrderID, attempt: Int, report: PaymentReport, reportID: String, body: String, refundID: RefundID,
    captureTimeout: Duration = CheckoutTimeouts().capture
  ) {
    self.orderID = orderID
    self.attempt = attempt
    self.report = report
    self.reportID = reportID
    self.body = body
    self.refundID = refundID
    self.captureTimeout = captureTimeout
  }

  /// The same for each delivery of a message.
  public var commandID: CommandID { CommandID(derivedFrom: reportID, purpose: "payment-report-\(orderID)") }

  /// - Throws: `PaymentRejection.notFound`, `.otherAttempt`.
  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    let payment = try session.load(Payment.self, orderID)
    guard let paymentID = payment.paymentID else { throw PaymentRejection.notFound }
    guard payment.attempt == attempt else { throw PaymentRejection.otherAttempt }
    let received = PaymentReportReceived(
      paymentID: paymentID, orderID: orderID, attempt: attempt, userID: try session.load(Order.self, orderID).userID, reportID: reportID,
      personal: PaymentReportReceived.Personal(body: body))
    try session.record([.reportReceived(received)], on: Payment.self, orderID)
    do {
      return try follow(in: &session)
    } catch is PaymentRejection {
      return try session.answer(order: orderID)
    }
  }

  private func follow(in session: inout DecisionSession) throws -> OrderAnswer {
    switch report {
    case .authorised(let providerID, let expiresAt):
      return try AuthorisePayment(orderID: orderID, providerID: providerID, expiresAt: expiresAt, captureTimeout: captureTimeout)
        .decide(in: &session)
    case .refused(let reason): return try FailPayment(orderID: orderID, reason: reason).decide(in: &session)
    case .captured(let amount, let providerID):
      return try CompleteCapture(orderID: orderID, amount: amount, providerID: providerID, refundID: refundID).decide(in: &session)
    case .refunded(let refundID): return try SettleRefund(orderID: orderID, refundID: refundID).decide(in: &session)
    case .refundFailed(let refundID, let reason):
      _ = try FailRefund(orderID: orderID, refundID: refundID, reason: reason).decide(in: &session)
      return try session.answer(order: orderID)
    }
  }
}
