import EventSourcing

/// One append over an order's reservation and the stock of its products, always in the same order: the reservation, then the
/// products by ascending id. It holds for all of them or for none.
extension DecisionSession {
  /// Holds all items, or records which of them are short.
  /// - Parameter items: each product once, ascending.
  mutating func hold(_ items: [StockItem], for orderID: OrderID, until expiresAt: Timestamp) throws {
    try prepare(Stock.self, items.map(\.productID))
    var free: [ProductID: Int64] = [:]
    for item in items { free[item.productID] = try load(Stock.self, item.productID).free }
    let shortages = Reservation.shortages(of: items, free: free)
    guard shortages.isEmpty else {
      return try record([.reservationRefused(ReservationRefused(orderID: orderID, shortages: shortages))], on: Reservation.self, orderID)
    }
    try record(
      [.reservationHeld(ReservationHeld(orderID: orderID, items: items, expiresAt: expiresAt))], on: Reservation.self, orderID)
    try changeStock(of: items) { item, state in try Stock.reserve(item, for: orderID, state) }
    setTimer(ReservationTimer.name(orderID), due: .at(expiresAt), payload: ReservationTimer(orderID: orderID))
  }

  /// Gives everything back.
  mutating func giveBack(_ items: [StockItem], of orderID: OrderID, reason: ReleaseReason) throws {
    try changeStock(of: items) { item, state in Stock.release(item, of: orderID, reason: reason, state) }
    cancelTimer(ReservationTimer.name(orderID))
  }

  /// Records what a rule makes of each product's stock.
  mutating func changeStock(of items: [StockItem], _ rule: (StockItem, Stock.State) throws -> [StockEvent]) throws {
    try prepare(Stock.self, items.map(\.productID))
    for item in items {
      let state = try load(Stock.self, item.productID)
      try record(rule(item, state), on: Stock.self, item.productID)
    }
  }

  /// Where a reservation stands after what was recorded.
  mutating func outcome(of orderID: OrderID) throws -> ReservationOutcome {
    ReservationOutcome(try load(Reservation.self, orderID))
  }
}
