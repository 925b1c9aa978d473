public import EventSourcing

/// Lets what an order holds firmly leave the house. Doing it again changes nothing.
public struct DispatchReservation: Command {
  public var orderID: OrderID

  public init(orderID: OrderID) {
    self.orderID = orderID
  }

  /// - Throws: `ReservationRejection.wrongState` unless the reservation is firm, `notOnHand` while a recorded shortage stands
  ///   in the way.
  public func decide(in session: inout DecisionSession) throws -> ReservationOutcome {
    let state = try session.load(Reservation.self, orderID)
    guard state.status != .consumed else { return ReservationOutcome(state) }
    guard state.status == .firm else {
      throw ReservationRejection.wrongState(orderID, current: state.status, allowed: [.firm])
    }
    try session.prepare(Stock.self, state.items.map(\.productID))
    var onHand: [ProductID: Int64] = [:]
    for item in state.items { onHand[item.productID] = try session.load(Stock.self, item.productID).onHand }
    let shortages = Reservation.shortages(of: state.items, free: onHand)
    guard shortages.isEmpty else { throw ReservationRejection.notOnHand(orderID, shortages) }
    try session.record(
      [.reservationDispatched(ReservationDispatched(orderID: orderID, items: state.items))], on: Reservation.self, orderID)
    try session.changeStock(of: state.items) { item, stock in try Stock.dispatch(item, of: orderID, stock) }
    return try session.outcome(of: orderID)
  }
}

/// Takes goods of an order back. Only resellable ones add to the stock. How much of an order may come back in all, the order
/// decides; a repetition is known by its command id alone.
public struct ReturnStock: Command {
  public var orderID: OrderID
  /// Any order, a product may occur several times.
  public var items: [StockItem]
  public var resellable: Bool

  public init(orderID: OrderID, items: [StockItem], resellable: Bool) {
    self.orderID = orderID
    self.items = items
    self.resellable = resellable
  }

  /// - Throws: `ReservationRejection`: nothing was sent yet, or less of a product than comes back.
  public func decide(in session: inout DecisionSession) throws -> ReservationOutcome {
    let state = try session.load(Reservation.self, orderID)
    guard state.status == .consumed else {
      throw ReservationRejection.wrongState(orderID, current: state.status, allowed: [.consumed])
    }
    let returned = try Reservation.summed(items)
    let sent = Dictionary(uniqueKeysWithValues: state.items.map { ($0.productID, $0.quantity) })
    for item in returned where item.quantity > sent[item.productID] ?? 0 {
      throw ReservationRejection.notDispatched(orderID, item.productID)
    }
    try session.changeStock(of: returned) { item, stock in
      try Stock.takeBack(item, of: orderID, resellable: resellable, stock)
    }
    return ReservationOutcome(state)
  }
}
