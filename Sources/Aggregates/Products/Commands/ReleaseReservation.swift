public import EventSourcing

/// Ends a hold whose time is over; sent by the timer that the hold set. Before that time, and when it is no longer a hold,
/// nothing changes.
public struct ExpireReservation: Command {
  public var orderID: OrderID

  public init(orderID: OrderID) {
    self.orderID = orderID
  }

  public func decide(in session: inout DecisionSession) throws -> ReservationOutcome {
    let state = try session.load(Reservation.self, orderID)
    if state.status == .held, let expiresAt = state.expiresAt {
      // The hold may have been extended while the timer fired; then the timer stands at its new time.
      if expiresAt <= session.now {
        try session.record(
          [.reservationExpired(ReservationExpired(orderID: orderID, items: state.items))], on: Reservation.self, orderID)
        try session.giveBack(state.items, of: orderID, reason: .expired)
      }
    } else {
      session.cancelTimer(ReservationTimer.name(orderID))
    }
    return try session.outcome(of: orderID)
  }
}

/// Gives back what a cancelled order holds. An order that has not asked for stock yet will get none; one that holds nothing any
/// more is left as it is.
public struct ReleaseReservation: Command {
  public var orderID: OrderID
  public var reason: ReleaseReason

  public init(orderID: OrderID, reason: ReleaseReason) {
    self.orderID = orderID
    self.reason = reason
  }

  public func decide(in session: inout DecisionSession) throws -> ReservationOutcome {
    let state = try session.load(Reservation.self, orderID)
    switch state.status {
    case .refused, .expired, .released, .consumed: break
    case .none, .held, .firm:
      try session.record(
        [.reservationReleased(ReservationReleased(orderID: orderID, items: state.items, reason: reason))], on: Reservation.self, orderID)
      try session.giveBack(state.items, of: orderID, reason: reason)
    }
    return try session.outcome(of: orderID)
  }
}
