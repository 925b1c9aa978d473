import Aggregates

extension Checkout {
  public var notes: SagaNotes? {
    SagaNotes(
      """
      Leads an order from the frozen basket to the captured payment: it is placed, its stock held, its payment authorised, confirmed and
      captured. Where a step is refused or stays silent it goes the way back: the order is cancelled, its stock and codes are given back, a
      promise is voided, an amount refunded, and the buyer finds his basket again.
      """,
      steps: [
        .on(CheckoutStarted.self, PlaceOrder.self), .on(OrderPlaced.self, ReserveStock.self, undoneBy: ReleaseReservation.self),
        .on(ReservationHeld.self, ConfirmStock.self, undoneBy: SettleCancelledPayment.self), .on(ReservationRefused.self, RejectStock.self),
        .on(ReservationExpired.self, ExpireOrder.self),
        .on(PaymentRequested.self, AuthorisePayment.self, undoneBy: SettleCancelledPayment.self),
        .on(PaymentRequested.self, RequirePaymentAction.self, undoneBy: SettleCancelledPayment.self),
        .on(PaymentRequested.self, FailPayment.self),
        .on(PaymentActionRequired.self, ExtendReservation.self, undoneBy: ReleaseReservation.self),
        .on(OrderConfirmed.self, ConfirmReservation.self, undoneBy: ReleaseReservation.self),
        .on(OrderConfirmed.self, RedeemPromoCodes.self, undoneBy: ReleasePromoCodes.self),
        .on(CaptureRequested.self, CompleteCapture.self, undoneBy: SettleCancelledPayment.self),
        .on(CaptureRequested.self, FailCapture.self), .on(OrderShipped.self, DispatchReservation.self),
        .on(OrderCancelled.self, ReleaseReservation.self),
        .on(OrderCancelled.self, ReleasePromoCodes.self), .on(OrderCancelled.self, SettleCancelledPayment.self),
        .on(OrderCancelled.self, RestoreBasket.self), .on(VoidRequested.self, CompleteVoid.self),
        .on(RefundRequested.self, SettleRefund.self),
        .on(RefundRequested.self, FailRefund.self),
      ],
      timers: [
        SagaTimer(
          CheckoutTimer.Kind.stockSilent.rawValue, "the stock of an order to be held", after: [timeouts.stock],
          then: "the order is cancelled (`inventory_failed`)"),
        SagaTimer(
          CheckoutTimer.Kind.authorisationSilent.rawValue, "the provider's answer to a request for a payment",
          after: [timeouts.authorisation],
          then: "the payment has failed and the order is cancelled (`payment_failed`)"),
        SagaTimer(
          CheckoutTimer.Kind.captureSilent.rawValue, "the provider's answer to each try to capture", after: [timeouts.capture],
          then: "the try has failed; after \(timeouts.captureTries) of them the order is cancelled (`capture_failed`)"),
        SagaTimer(
          CheckoutTimer.Kind.captureRetry.rawValue, "the next try to capture", after: [timeouts.captureRetry],
          then: "the capture is asked for again"),
        SagaTimer(
          ReservationTimer.action, "an order to be confirmed while its stock is held; the longer time for one that is paid by transfer",
          after: [timeouts.hold, timeouts.transferHold], then: "the hold expires, and the order with it (`expired`)"),
      ], machines: [Order.machine, Payment.machine, Reservation.machine, Saga.machine])
  }
}
