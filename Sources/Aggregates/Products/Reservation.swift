public import EventSourcing

/// What an order holds of the stock (stream `reservation-<order id>`): whether, until when, and what. An order has at most one
/// reservation, which makes every command on it safe to repeat.
///
/// ```
/// none ──reserve──▶ held ──confirm──▶ firm ──dispatch──▶ consumed
///   │                │ └─expire─▶ expired ──confirm──▶ firm, or refused
///   │                └─release─▶ released ◀─release─ firm
///   ├──reserve, too little──▶ refused
///   └──release──▶ released          (the order was cancelled before it could be reserved)
/// ```
public enum Reservation: Aggregate {
  public typealias Event = ReservationEvent
  public static let category = "reservation"
  public static let initialState = State()

  /// Where a reservation stands.
  public enum Status: String, Sendable, Hashable, CaseIterable {
    case none, refused, held, firm, expired, released, consumed
  }

  public struct State: Hashable, Sendable {
    public var status = Status.none
    /// What is, or was, held: each product once, by id.
    public var items: [StockItem] = []
    /// While held.
    public var expiresAt: Timestamp?
    /// When refused: of which products there was too little.
    public var shortages: [StockShortage] = []
  }

  public static func evolve(_ state: inout State, _ event: ReservationEvent) {
    switch event {
    case .reservationHeld(let event):
      state = State(status: .held, items: event.items, expiresAt: event.expiresAt)
    case .reservationRefused(let event):
      state = State(status: .refused, items: state.items, shortages: event.shortages)
    case .reservationExtended(let event):
      state.expiresAt = event.expiresAt
    case .reservationConfirmed:
      state.status = .firm
      state.expiresAt = nil
    case .reservationExpired:
      state.status = .expired
      state.expiresAt = nil
    case .reservationReleased:
      state.status = .released
      state.expiresAt = nil
    case .reservationDispatched:
      state.status = .consumed
    }
  }

  /// The quantities of each product summed up, by ascending product: what is checked and locked is a product, never a line.
  /// - Throws: `invalid` for no items, a quantity below 1, or too large a sum.
  static func summed(_ items: [StockItem]) throws(ReservationRejection) -> [StockItem] {
    guard !items.isEmpty else { throw .invalid(FieldError("items", .blank)) }
    var sums: [ProductID: Int64] = [:]
    for item in items {
      guard item.quantity >= 1 else { throw .invalid(FieldError("quantity", .outOfRange(minimum: 1, maximum: nil))) }
      let (sum, overflows) = sums[item.productID, default: 0].addingReportingOverflow(item.quantity)
      guard !overflows else { throw .invalid(FieldError("quantity", .outOfRange(minimum: 1, maximum: Stock.maximum))) }
      sums[item.productID] = sum
    }
    return sums.keys.sorted().map { StockItem(productID: $0, quantity: sums[$0]!) }
  }

  /// Of which products too little is free.
  /// - Parameter items: each product once.
  static func shortages(of items: [StockItem], free: [ProductID: Int64]) -> [StockShortage] {
    items.compactMap { item in
      let available = free[item.productID] ?? 0
      return available < item.quantity ? StockShortage(productID: item.productID, requested: item.quantity, available: available) : nil
    }
  }
}

/// Why a command on a reservation is refused. Too little stock is no reason: that is recorded (`ReservationRefused`).
public enum ReservationRejection: Rejection, Hashable {
  /// No items, or a quantity out of bounds.
  case invalid(FieldError)
  /// The command does not fit where the reservation stands.
  case wrongState(OrderID, current: Reservation.Status, allowed: [Reservation.Status])
  /// More is to come back than the order was sent, or of another product.
  case notDispatched(OrderID, ProductID)
  /// Less is on hand than has to leave the house: a recorded shortage has to be made good first.
  case notOnHand(OrderID, [StockShortage])
}
