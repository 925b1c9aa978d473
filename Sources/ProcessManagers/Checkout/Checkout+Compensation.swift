import Aggregates
import EventSourcing

/// The way back of a cancelled order. What fails is tried again and holds nothing else up but its own saga.
extension Checkout {
  func compensate(_ event: OrderCancelled, after message: RecordedEvent) async throws {
    let order = event.orderID
    try await step(ReleaseReservation(orderID: order, reason: Self.releaseReason(event.reason)), of: order, after: message)
    // Before the basket opens, so that its next checkout finds its codes free.
    if !event.codes.isEmpty {
      try await step(ReleasePromoCodes(orderID: order, basketID: event.basketID, codes: event.codes), of: order, after: message)
    }
    let refund = RefundID(try await ids.next("refund"))
    try await step(SettleCancelledPayment(orderID: order, refundID: refund, reason: event.reason), of: order, after: message)
    if event.reason == .inventoryFailed || event.reason == .paymentFailed {
      try await restoreBasket(event, after: message)
    }
  }

  /// Opens the basket again, or gives its lines to the one that the buyer has opened meanwhile, whichever the claim allows at the
  /// moment of the append.
  private func restoreBasket(_ event: OrderCancelled, after message: RecordedEvent) async throws {
    var restore = RestoreBasket(basketID: event.basketID, orderID: event.orderID, reason: event.reason)
    for _ in 1...5 {
      do {
        try await step(restore, of: event.orderID, after: message, recordsRefusal: false)
        return
      } catch CommandError.refused(.claimTaken(_, let owner)) {
        restore.into = Int64(owner.id).map { BasketID($0) }
      } catch is BasketRejection {
        restore.into = nil
      }
    }
    throw BasketBusy(basketID: event.basketID)
  }

  private static func releaseReason(_ reason: OrderCancellationReason) -> ReleaseReason {
    switch reason {
    case .paymentFailed: .paymentFailed
    case .captureFailed: .captureFailed
    case .expired: .expired
    case .customer, .administrator, .inventoryFailed, .withdrawal: .orderCancelled
    }
  }
}

/// The buyer opens and checks out one basket after the other; tried again a little later.
struct BasketBusy: Error {
  let basketID: BasketID
}
