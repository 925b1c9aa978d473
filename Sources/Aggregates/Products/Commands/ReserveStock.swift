public import EventSourcing

/// Holds all of an order's products until a moment, or none of them: then `ReservationRefused` says which are short.
/// An order is reserved once; asking again changes nothing and answers where its reservation stands.
public struct ReserveStock: Command {
  public var orderID: OrderID
  /// Lines as they come: any order, a product may occur several times. At least one, quantities from 1.
  public var items: [StockItem]
  public var expiresAt: Timestamp

  public init(orderID: OrderID, items: [StockItem], expiresAt: Timestamp) {
    self.orderID = orderID
    self.items = items
    self.expiresAt = expiresAt
  }

  public func decide(in session: inout DecisionSession) throws -> ReservationOutcome {
    let state = try session.load(Reservation.self, orderID, isNew: true)
    if state.status == .none {
      try session.hold(Reservation.summed(items), for: orderID, until: expiresAt)
    }
    return try session.outcome(of: orderID)
  }
}

/// Lets a hold last longer. Changes nothing when it already lasts that long or is no longer a hold.
public struct ExtendReservation: Command {
  public var orderID: OrderID
  public var expiresAt: Timestamp

  public init(orderID: OrderID, expiresAt: Timestamp) {
    self.orderID = orderID
    self.expiresAt = expiresAt
  }

  /// - Throws: `ReservationRejection.wrongState` when the order never asked for stock.
  public func decide(in session: inout DecisionSession) throws -> ReservationOutcome {
    let state = try session.load(Reservation.self, orderID)
    guard state.status != .none else {
      throw ReservationRejection.wrongState(orderID, current: .none, allowed: [.held])
    }
    if state.status == .held, let current = state.expiresAt, current < expiresAt {
      try session.record(
        [.reservationExtended(ReservationExtended(orderID: orderID, expiresAt: expiresAt))], on: Reservation.self, orderID)
      session.setTimer(ReservationTimer.name(orderID), due: .at(expiresAt), payload: ReservationTimer(orderID: orderID))
    }
    return try session.outcome(of: orderID)
  }
}

/// Makes a hold firm: it no longer expires. After it has expired, a fresh hold of the same items is tried; when that fails,
/// `ReservationRefused` is recorded and answered, and the order has to be cancelled with a refund.
public struct ConfirmReservation: Command {
  public var orderID: OrderID

  public init(orderID: OrderID) {
    self.orderID = orderID
  }

  /// - Throws: `ReservationRejection.wrongState` when the order never asked for stock or gave it back.
  public func decide(in session: inout DecisionSession) throws -> ReservationOutcome {
    var state = try session.load(Reservation.self, orderID)
    switch state.status {
    case .none, .released:
      throw ReservationRejection.wrongState(orderID, current: state.status, allowed: [.held, .expired])
    case .firm, .consumed, .refused:
      return ReservationOutcome(state)
    case .expired:
      try session.hold(state.items, for: orderID, until: session.now)
      state = try session.load(Reservation.self, orderID)
    case .held:
      break
    }
    if state.status == .held {
      try session.record(
        [.reservationConfirmed(ReservationConfirmed(orderID: orderID, items: state.items))], on: Reservation.self, orderID)
      session.cancelTimer(ReservationTimer.name(orderID))
    }
    return try session.outcome(of: orderID)
  }
}
