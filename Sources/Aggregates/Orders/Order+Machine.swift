public import EventSourcing

extension Order {
  /// What becomes of an order that is placed here: everything asked of it in every state.
  public static func machine() throws -> StateMachine {
    var checkout = try Examples.of(CheckoutStarted.self)[1]
    checkout.lines[0].quantity = 2
    let (placed, id, product) = (checkout, checkout.orderID, checkout.lines[0].productID)
    let user = checkout.userID
    let commands: [OrderCommand] = [
      .place(placed), .confirmStock, .rejectStock, .rejectPayment, .expire, .confirm, .recordPayment(Cents(100), transactionID: "1"),
      .failCapture, .startProcessing(by: nil), .ship(by: nil), .deliver(by: nil),
      .recordReturn([StockItem(productID: product, quantity: 1)]),
      .recordRefund(RefundID(1), [], Cents(40)), .recordRefund(RefundID(2), [], Cents(60)), .cancel(.customer(user), comment: nil),
      .cancel(.administrator(nil, returnOpen: true), comment: "a reason"),
    ]
    return try StateMachine(
      of: Order.self, id, state: name, asking: commands.map { command in { _ = try $0.change(order: id, by: command) } })
  }

  private static func name(_ state: State) -> String {
    guard let status = state.status else { return "none" }
    return status == .pending && state.isStockReserved ? "pending, stock held" : status.rawValue
  }
}
