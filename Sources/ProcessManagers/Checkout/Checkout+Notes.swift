import Aggregates

extension Checkout {
  public var notes: SagaNotes? {
    SagaNotes(
      """
      Leads an order from the frozen basket to the captured payment: it is placed, its stock held, its payment authorised, confirmed and
      captured. Where a step is refused or stays silent it goes the way back: the order is cancelled, its stock and codes are given back, a
      promise is voided, an amount refunded, and the buyer finds his basket again.
      """,
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
