import Aggregates
public import EventSourcing

extension Checkout {
  public var messageTypes: [String] {
    [
      CheckoutStarted.type, OrderPlaced.type, ReservationHeld.type, ReservationRefused.type, ReservationExpired.type,
      PaymentRequested.type, PaymentActionRequired.type, OrderConfirmed.type, OrderShipped.type, OrderCancelled.type,
      CaptureRequested.type, VoidRequested.type, RefundRequested.type,
    ].map(\.name)
  }

  /// All messages of an order make one saga; only the basket's stream is not named after it.
  public func saga(of message: RecordedEvent) throws -> String {
    if message.type == CheckoutStarted.type.name { return try read(CheckoutStarted.self, message).orderID.description }
    return String(message.stream.id)
  }

  public func handle(_ message: RecordedEvent) async throws {
    switch message.type {
    case CheckoutStarted.type.name:
      let event = try read(CheckoutStarted.self, message)
      try await place(basketID: event.basketID, attempt: event.attempt, context: context(after: message))
    case OrderPlaced.type.name:
      let event = try read(OrderPlaced.self, message)
      let items = event.lines.map { StockItem(productID: $0.productID, quantity: $0.quantity) }
      let reserve = ReserveStock(orderID: event.orderID, items: items, expiresAt: clock() + timeouts.hold)
      try await step(reserve, of: event.orderID, after: message)
    case ReservationHeld.type.name:
      let order = try read(ReservationHeld.self, message).orderID
      let payment = PaymentID(try await ids.next("payment"))
      let confirm = ConfirmStock(
        orderID: order, paymentID: payment, provider: payments.name, authorisationTimeout: timeouts.authorisation)
      try await step(confirm, of: order, after: message)
    case ReservationRefused.type.name:
      let order = try read(ReservationRefused.self, message).orderID
      try await step(RejectStock(orderID: order), of: order, after: message)
    case ReservationExpired.type.name:
      let order = try read(ReservationExpired.self, message).orderID
      try await step(ExpireOrder(orderID: order), of: order, after: message)
    case PaymentActionRequired.type.name:
      let order = try read(PaymentActionRequired.self, message).orderID
      try await step(ExtendReservation(orderID: order, expiresAt: clock() + timeouts.transferHold), of: order, after: message)
    case OrderConfirmed.type.name:
      let event = try read(OrderConfirmed.self, message)
      try await step(ConfirmReservation(orderID: event.orderID), of: event.orderID, after: message)
      if !event.codes.isEmpty {
        let redeem = RedeemPromoCodes(orderID: event.orderID, basketID: event.basketID, codes: event.codes)
        try await step(redeem, of: event.orderID, after: message)
      }
    case OrderShipped.type.name:
      let order = try read(OrderShipped.self, message).orderID
      try await step(DispatchReservation(orderID: order), of: order, after: message)
    case OrderCancelled.type.name: try await compensate(try read(OrderCancelled.self, message), after: message)
    case PaymentRequested.type.name: try await authorise(message)
    case CaptureRequested.type.name: try await capture(try read(CaptureRequested.self, message), after: message)
    case VoidRequested.type.name: try await void(try read(VoidRequested.self, message), after: message)
    case RefundRequested.type.name: try await refund(try read(RefundRequested.self, message), after: message)
    default: break
    }
  }
}
