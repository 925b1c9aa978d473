public import EventSourcing

extension Reservation {
  /// What becomes of what an order asks of the stock, with enough of it and with too little, before and after the hold is over.
  public static func machine() throws -> StateMachine {
    let (id, product) = (OrderID(1), ProductID(1))
    let (start, later) = (Timestamp(microseconds: 0), Timestamp(microseconds: 3_600_000_000))
    let counts: [StateMachine.Question] = [Int64(0), 1].map { count in
      { session in
        let adjust = AdjustStock(productID: product, .set(count), acceptShortage: true)
        try session.record(Stock.decide(adjust, session.load(Stock.self, product)), on: Stock.self, product)
      }
    }
    return try StateMachine(
      of: Reservation.self, id, state: { $0.status.rawValue }, at: [start, later],
      asking: [
        {
          _ = try ReserveStock(orderID: id, items: [StockItem(productID: product, quantity: 1)], expiresAt: start + .seconds(900))
            .decide(in: &$0)
        },
        { _ = try ExtendReservation(orderID: id, expiresAt: start + .seconds(1_800)).decide(in: &$0) },
        { _ = try ConfirmReservation(orderID: id).decide(in: &$0) }, { _ = try ExpireReservation(orderID: id).decide(in: &$0) },
        { _ = try DispatchReservation(orderID: id).decide(in: &$0) },
        { _ = try ReleaseReservation(orderID: id, reason: .orderCancelled).decide(in: &$0) },
      ] + counts)
  }
}
