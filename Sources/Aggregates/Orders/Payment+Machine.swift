public import EventSourcing

extension Payment {
  /// What becomes of a payment, whatever its provider tells and in whatever order.
  public static func machine() throws -> StateMachine {
    var requested = try Examples.of(PaymentRequested.self)[1]
    requested.amount = Cents(100)
    let (request, id) = (requested, requested.orderID)
    let commands: [PaymentCommand] = [
      .request(request), .requireAction(url: nil), .authorise(providerID: "1", expiresAt: nil), .fail(reason: "refused"),
      .requestCapture(captureTry: 1), .failCapture(captureTry: 1, reason: "refused", final: false), .requestVoid, .void,
      .capture(Cents(100), providerID: "1"), .requestRefund(RefundID(1), Cents(40), reason: "returned"),
      .requestRefund(RefundID(2), Cents(60), reason: "returned"), .settleRefund(RefundID(1)), .settleRefund(RefundID(2)),
      .failRefund(RefundID(1), reason: "refused"),
    ]
    return try StateMachine(
      of: Payment.self, id, state: { $0.status?.rawValue ?? "none" }, distinction: distinction,
      asking: commands.map { command in { _ = try $0.change(payment: id, by: command) } })
  }

  /// Refunds by their ids: a dictionary's own order is nobody's.
  private static func distinction(_ state: State) -> String {
    var rest = state
    rest.refunds = [:]
    return "\(rest) \(state.refunds.sorted { $0.key < $1.key })"
  }
}
