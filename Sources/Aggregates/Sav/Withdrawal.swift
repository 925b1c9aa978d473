public import EventSourcing

/// A buyer's withdrawal from his order by the two steps that the law asks of a shop's pages (stream `withdrawal-<id>`; directive 2011/83/EU,
/// article 11a, and Code de la consommation, L221-18 and following):
///
/// ```
/// declared ──▶ confirmed: a ticket, a receipt, and an authorised return, or an order that is cancelled because it had not been delivered
///     └──24 hours──▶ void; he may declare it again
/// ```
///
/// The right begins with the contract, not with the parcel: an order that was not delivered can be withdrawn from as a whole.
///
/// Declaring changes nothing yet: it shows him what he is about to confirm. Who declared in time may confirm for as long as the declaration
/// stands. No lawyer has read this.
public enum Withdrawal: Aggregate {
  public typealias Event = WithdrawalEvent
  public static let category = "withdrawal"
  public static let initialState = State()
  /// How long a declaration can be confirmed.
  public static let confirmation = Duration.seconds(24 * 3_600)

  public struct State: Sendable {
    /// Nil: no such withdrawal.
    public internal(set) var notice: WithdrawalNotice?
    /// Nil once he was forgotten.
    public internal(set) var statement: WithdrawalStatement?
    public internal(set) var confirmBy = Timestamp(microseconds: 0)
    public internal(set) var confirmed: Confirmed?
  }

  /// What came of a withdrawal.
  public struct Confirmed: Hashable, Sendable {
    /// Nil: the order had not been delivered.
    public var returnID: ReturnID?
    public var ticketID: TicketID
    public var at: Timestamp
  }

  public static func evolve(_ state: inout State, _ event: WithdrawalEvent) {
    switch event {
    case .declared(let event):
      state.notice = event.notice
      state.statement = event.personal
      state.confirmBy = event.confirmBy
    case .confirmed(let event):
      state.confirmed = Confirmed(returnID: event.returnID, ticketID: event.ticketID, at: event.confirmedAt)
    }
  }
}

public enum WithdrawalStatus: String, Sendable, Hashable, CaseIterable {
  case declared, confirmed
}

/// Why a command on a withdrawal is refused; what the order does not allow is a `ReturnRejection`.
public enum WithdrawalRejection: Rejection, Hashable {
  case notFound
  /// The declaration was not confirmed in time; he may declare it again.
  case expired(since: Timestamp)
  case invalid(FieldError)
}
