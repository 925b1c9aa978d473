public import EventSourcing
public import JSON

/// What a command on a reservation answers: where the reservation stands now.
public struct ReservationOutcome: JSONCodable, Hashable {
  public var status: Reservation.Status
  /// Of which products there was too little; only when refused.
  public var shortages: [StockShortage]

  init(_ state: Reservation.State) {
    status = state.status
    shortages = state.shortages
  }

  public init(from json: inout JSONObjectReader) throws {
    status = try json.name("status")
    shortages = try json.array("shortages") { try StockShortage(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("status", name: status)
    json.array("shortages", shortages) { $1.encode(to: &$0) }
  }
}

/// The payload of the timer that a hold sets: which order's hold may be over. Whoever fires it sends `ExpireReservation`.
public struct ReservationTimer: JSONCodable, Hashable {
  /// What the payload's field `do` says.
  public static let action = "expire_reservation"

  public var orderID: OrderID

  public init(orderID: OrderID) {
    self.orderID = orderID
  }

  /// The timer's name: `reservation-<order id>`.
  public static func name(_ orderID: OrderID) -> String { "reservation-\(orderID)" }

  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("do", Self.action)
    json.field("order_id", orderID)
  }
}
