import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

/// What a provider tells by itself.
@Suite struct ReportPaymentTests {
  private static let amount = Cents(1_200)
  private static let authorised = PaymentReport.authorised(providerID: "p", expiresAt: nil)
  private static let captured = PaymentReport.captured(amount, providerID: "c")

  /// An order whose payment has been asked for.
  private func scenario() async throws -> Scenario {
    let scenario = Scenario()
    _ = try await scenario.when(Sales.add(Sales.product()))
    _ = try await scenario.when(Sales.start([Sales.product()]))
    _ = try await scenario.when(PlaceOrder(basketID: Sales.basket, attempt: 1))
    _ = try await scenario.when(ConfirmStock(orderID: Sales.order, paymentID: PaymentID(1), provider: "sandbox"))
    return scenario
  }

  private func report(_ report: PaymentReport, id: String = "m1", attempt: Int = 1) -> ReportPayment {
    ReportPayment(
      orderID: Sales.order, attempt: attempt, report: report, reportID: id, body: #"{"told":true}"#, refundID: RefundID(77))
  }

  /// Tells a report, under the id that follows from it.
  private func tell(_ scenario: Scenario, _ told: PaymentReport, id: String) async throws -> [String] {
    let command = report(told, id: id)
    return try await scenario.when(command, id: command.commandID).recorded.map(\.type)
  }

  @Test func `an authorisation confirms the order, and the same message twice is one`() async throws {
    let scenario = try await scenario()
    let command = report(Self.authorised)
    let first = try await scenario.when(command, id: command.commandID)
    #expect(
      Set(first.recorded.map(\.type)) == ["PaymentReportReceived", "PaymentAuthorised", "OrderConfirmed", "CaptureRequested"])
    #expect(try await scenario.when(command, id: command.commandID).isDuplicate)
    #expect(try await tell(scenario, Self.authorised, id: "m2") == ["PaymentReportReceived"])
    #expect(try await scenario.state(of: Order.self, Sales.order).status == .confirmed)
  }

  @Test func `a capture that comes before its authorisation confirms and pays the order, and the authorisation changes nothing`()
    async throws
  {
    let scenario = try await scenario()
    _ = try await tell(scenario, Self.captured, id: "m1")
    #expect(try await scenario.state(of: Order.self, Sales.order).paid == Self.amount)
    #expect(try await tell(scenario, Self.authorised, id: "m2") == ["PaymentReportReceived"])
    #expect(try await scenario.state(of: Payment.self, Sales.order).status == .captured)
    #expect(scenario.log.timers.keys.filter { $0.hasPrefix("checkout") }.isEmpty)
  }

  @Test func `what comes after the order was cancelled is given back`() async throws {
    for (told, follows) in [(Self.authorised, "VoidRequested"), (Self.captured, "RefundRequested")] {
      let scenario = try await scenario()
      _ = try await scenario.when(FailPayment(orderID: Sales.order, reason: "silent"))
      #expect(try await tell(scenario, told, id: "late").contains(follows))
      #expect(try await scenario.state(of: Order.self, Sales.order).status == .cancelled)
    }
  }

  @Test func `a refusal cancels the order; one that contradicts what is known stands as it was told`() async throws {
    let refused = PaymentReport.refused(reason: "no_funds")
    let one = try await scenario()
    #expect(Set(try await tell(one, refused, id: "m1")) == ["PaymentReportReceived", "PaymentFailed", "OrderCancelled"])
    let other = try await scenario()
    _ = try await tell(other, Self.captured, id: "m1")
    #expect(try await tell(other, refused, id: "m2") == ["PaymentReportReceived"])
    #expect(try await other.state(of: Order.self, Sales.order).status == .confirmed)
  }

  @Test func `a refund is settled or fails by its report, once; one that nobody asked for changes nothing`() async throws {
    let scenario = try await scenario()
    _ = try await tell(scenario, Self.captured, id: "m1")
    for (refund, amount) in [(RefundID(1), Cents(200)), (RefundID(2), Cents(300))] {
      _ = try await scenario.when(RequestRefund(orderID: Sales.order, refundID: refund, amount: amount, reason: "goodwill"))
    }
    #expect(Set(try await tell(scenario, .refunded(RefundID(1)), id: "m2")) == ["PaymentReportReceived", "RefundSettled", "OrderRefunded"])
    #expect(try await tell(scenario, .refunded(RefundID(1)), id: "m3") == ["PaymentReportReceived"])
    #expect(
      Set(try await tell(scenario, .refundFailed(RefundID(2), reason: "closed"), id: "m4")) == ["PaymentReportReceived", "RefundFailed"])
    #expect(try await tell(scenario, .refunded(RefundID(9)), id: "m5") == ["PaymentReportReceived"])
    #expect(try await scenario.state(of: Payment.self, Sales.order).refunded == Cents(200))
  }

  @Test func `nothing is taken of an order or an attempt that has no payment`() async throws {
    try await Scenario().when(report(Self.authorised)).thenRejected(PaymentRejection.notFound)
    let scenario = try await scenario()
    try await scenario.when(report(Self.authorised, attempt: 2)).thenRejected(PaymentRejection.otherAttempt)
  }
}
