import Aggregates
import EventSourcing
import HTTPTypes

/// What the payment provider tells by itself, signed as [Standard Webhooks](https://www.standardwebhooks.com) 1.0 wants it.
struct PaymentReportInput: RouteInput {
  enum Kind: String, Sendable, Hashable, CaseIterable {
    case authorised = "payment.authorised"
    case refused = "payment.refused"
    case captured = "payment.captured"
    case refunded = "payment.refunded"
    case refundFailed = "payment.refund_failed"
  }

  let orderID: OrderID
  /// Counted from 1.
  let attempt: Int
  /// Nil when it lacks something, which has been noted as a fault.
  let report: PaymentReport?

  init(_ fields: inout InputReader) {
    let kind = fields.body("type", .choice(Kind.self))
    orderID = fields.body("order_id", .id(OrderID.self))
    attempt = Int(fields.body("attempt", .integer(min: 1, max: 1_000_000)))
    let amount = fields.optional("amount", .money)
    let providerID = fields.optional("provider_id", .text(255))
    let expiresAt = fields.optional("expires_at", .time)
    let refundID = fields.optional("refund_id", .id(RefundID.self))
    let reason = fields.optional("reason", .text(255))
    func needs<Value>(_ name: String, _ value: Value?, _ report: (Value) -> PaymentReport?) -> PaymentReport? {
      if value == nil, !fields.isDescribing { fields.fault("/\(name)", .missingField) }
      return value.flatMap(report)
    }
    switch kind {
    case .authorised: report = needs("provider_id", providerID) { .authorised(providerID: $0, expiresAt: expiresAt) }
    case .refused: report = needs("reason", reason) { .refused(reason: $0) }
    case .captured:
      if amount == .zero { fields.fault("/amount", .tooSmall, limit: "0.01") }
      let money = needs("amount", amount) { .captured($0, providerID: providerID ?? "") }
      let transaction = needs("provider_id", providerID) { _ in money }
      report = transaction
    case .refunded: report = needs("refund_id", refundID) { .refunded($0) }
    case .refundFailed:
      let failed = needs("refund_id", refundID) { .refundFailed($0, reason: reason ?? "") }
      report = needs("reason", reason) { _ in failed }
    }
  }
}

/// Where the payment provider calls back.
enum PaymentCallback {
  static let route = Route(
    .post, "/payments/callback", "reportPayment", "The payment provider tells how a payment went on", in: PaymentReportInput.self, out: nil,
    status: 204, access: .everyone, idempotency: .none, problems: [.unauthorized, .notFound], handler: report
  ).countingItself

  @Sendable private static func report(_ input: PaymentReportInput, _ call: Call) async throws -> Reply {
    let message = try await call.signedMessage(by: call.services.configuration.paymentWebhook)
    guard let report = input.report else { throw Problem(.invalidFields) }
    let command = ReportPayment(
      orderID: input.orderID, attempt: input.attempt, report: report, reportID: message.id,
      body: String(decoding: message.body, as: UTF8.self),
      refundID: RefundID(try await call.nextID("refund")), captureTimeout: call.services.configuration.checkoutTimeouts.capture)
    do {
      return .command(try await call.services.executor.execute(command, id: command.commandID, context: call.context))
    } catch PaymentRejection.notFound, PaymentRejection.otherAttempt {
      throw Problem(.notFound)
    }
  }
}
