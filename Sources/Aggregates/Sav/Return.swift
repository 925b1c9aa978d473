public import EventSourcing
public import JSON

/// Goods on their way back, opened from a ticket (stream `return-<id>`).
///
/// ```
/// requested ──▶ authorised ──▶ in_transit ──▶ received ──▶ inspected ──▶ settled (refunded, replaced or sent back)
///     │             ├──14 days──▶ expired  ▲
///     └──▶ refused  └──────────────────────┘
/// ```
///
/// A withdrawal (Code de la consommation, L221-18 and following) is authorised by itself and never refused. Its refund waits for no inspection:
/// it is due 14 days after the notice, or when the goods or the proof of dispatch are there, if that is later (L221-24).
public enum Return: Aggregate {
  public static let category = "return"
  public static let initialState = State()
  /// Lines that one return may have: as many as an order can.
  public static let maximumLines = 200

  public struct State: Sendable {
    /// Nil: no such return.
    public internal(set) var status: ReturnStatus?
    public internal(set) var key = ReturnKey(returnID: ReturnID(0), ticketID: TicketID(0), orderID: OrderID(0), userID: UserID(0))
    public internal(set) var reason = ReturnReason.withdrawal
    public internal(set) var lines: [ReturnLine] = []
    /// Units that came, by line.
    public internal(set) var received: [ReturnLineID: Int64] = [:]
    /// Units that were good, by line.
    public internal(set) var accepted: [ReturnLineID: Int64]?
    public internal(set) var requestedAt = Timestamp(microseconds: 0)
    public internal(set) var sendBackUntil: Timestamp?
    public internal(set) var refundDueAt: Timestamp?
    public internal(set) var isRefunded = false
  }

  public static func evolve(_ state: inout State, _ event: ReturnEvent) {
    switch event {
    case .requested(let event):
      state.status = .requested
      state.key = event.key
      state.reason = event.reason
      state.lines = event.lines
      state.requestedAt = event.requestedAt
    case .authorised(let event):
      state.status = .authorised
      state.sendBackUntil = event.sendBackUntil
    case .refused: state.status = .refused
    case .shippedBack(let event):
      state.status = .inTransit
      state.sendBackUntil = nil
      state.refundDueAt = event.refundDueAt
    case .expired:
      state.status = .expired
      state.sendBackUntil = nil
    case .received(let event):
      state.status = .received
      state.sendBackUntil = nil
      state.refundDueAt = event.refundDueAt ?? state.refundDueAt
      for item in event.items { state.received[item.lineID] = item.quantity }
    case .inspected(let event):
      state.status = state.isRefunded ? .settled : .inspected
      state.accepted = Dictionary(uniqueKeysWithValues: event.lines.map { ($0.lineID, $0.accepted) })
    case .refunded:
      state.isRefunded = true
      state.refundDueAt = nil
      if state.status == .inspected { state.status = .settled }
    case .replaced, .sentBack:
      state.status = .settled
      state.refundDueAt = nil
    }
  }

  /// The moves that a return takes now; what clients are told with a refusal.
  static func allowed(_ state: State) -> [ReturnAction] {
    let isWithdrawal = state.reason == .withdrawal
    // A withdrawal is refunded as soon as the goods, or the proof that they were sent, are there.
    let early: [ReturnAction] = isWithdrawal && !state.isRefunded ? [.refund] : []
    return switch state.status {
    case nil: []
    case .requested: [.authorise, .refuse]
    case .authorised: [.shipBack, .receive, .expire]
    case .inTransit: [.receive] + early
    case .received: [.inspect] + early
    case .inspected: isWithdrawal ? [.refund] : [.refund, .replace, .sendBack]
    case .refused, .expired, .settled: []
    }
  }

  static func require(_ state: State, takes action: ReturnAction) throws(ReturnRejection) {
    guard let status = state.status else { throw .notFound }
    let allowed = allowed(state)
    guard allowed.contains(action) else { throw .wrongState(current: status, allowed: allowed) }
  }

  /// The units of a line that are paid back: those that were good, else those that came, else those that were sent.
  static func refundable(_ line: ReturnLine, _ state: State) -> Int64 {
    state.accepted?[line.lineID] ?? (state.status == .inTransit ? line.quantity : state.received[line.lineID] ?? 0)
  }

  /// Until when a buyer may withdraw: 14 days from the day after the delivery, to the end of the last one; a Saturday, Sunday or holiday
  /// lasts to the end of the next working day (Code de la consommation, L221-18 and L221-19).
  public static func withdrawalEnd(deliveredAt: Timestamp) -> Timestamp {
    let last = CivilDate(daysSinceEpoch: FrenchCalendar.day(at: deliveredAt).daysSinceEpoch + 14)
    return FrenchCalendar.end(of: FrenchCalendar.workingDay(notBefore: last))
  }

  /// Until when goods must conform to what was sold: two years from the delivery (L217-3).
  public static func conformityEnd(deliveredAt: Timestamp) -> Timestamp {
    let day = FrenchCalendar.day(at: deliveredAt)
    let length = CivilDate.days(inMonth: day.month, of: day.year + 2)
    return FrenchCalendar.end(of: CivilDate(year: day.year + 2, month: day.month, day: min(day.day, length)))
  }
}

public enum ReturnStatus: String, Sendable, Hashable, CaseIterable {
  case requested, authorised, refused
  case inTransit = "in_transit"
  case expired, received, inspected, settled
}

public enum ReturnReason: String, Sendable, Hashable, CaseIterable {
  case withdrawal, defect
  case wrongItem = "wrong_item"
  case damaged
}

/// What can be done with a return, as clients are told.
public enum ReturnAction: String, Sendable, Hashable, CaseIterable {
  case authorise, refuse
  case shipBack = "ship_back"
  case expire, receive, inspect, refund, replace
  case sendBack = "send_back"
}

/// What the rules want to know of an order, as the service's copies have it.
public struct ReturnableOrder: Hashable, Sendable {
  public struct Line: Hashable, Sendable {
    public var orderItemID: OrderItemID
    public var productID: ProductID
    public var quantity: Int64
    /// Of the whole line, after discount.
    public var netHT: Cents
    public var vat: Cents
    /// Why it cannot be withdrawn from; nil: it can.
    public var withdrawalExclusion: WithdrawalExclusion?

    public init(
      orderItemID: OrderItemID, productID: ProductID, quantity: Int64, netHT: Cents, vat: Cents,
      withdrawalExclusion: WithdrawalExclusion? = nil
    ) {
      self.orderItemID = orderItemID
      self.productID = productID
      self.quantity = quantity
      self.netHT = netHT
      self.vat = vat
      self.withdrawalExclusion = withdrawalExclusion
    }
  }

  public var orderID: OrderID
  public var userID: UserID
  /// Nil: not delivered yet.
  public var deliveredAt: Timestamp?
  /// Its parcel is on its way, or was.
  public var hasLeft: Bool
  /// Nothing of it will be delivered any more.
  public var isCancelled: Bool
  public var lines: [Line]

  public init(
    orderID: OrderID, userID: UserID, deliveredAt: Timestamp?, hasLeft: Bool = false, isCancelled: Bool = false, lines: [Line]
  ) {
    self.orderID = orderID
    self.userID = userID
    self.deliveredAt = deliveredAt
    self.hasLeft = hasLeft || deliveredAt != nil
    self.isCancelled = isCancelled
    self.lines = lines
  }
}

extension ReturnableOrder.Line: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    orderItemID = try json.id("order_item_id")
    productID = try json.id("product_id")
    quantity = try json.int64("quantity")
    netHT = try json.cents("net_ht")
    vat = try json.cents("vat")
    withdrawalExclusion = try json.optionalName("withdrawal_exclusion")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_item_id", orderItemID)
    json.field("product_id", productID)
    json.field("quantity", quantity)
    json.field("net_ht", netHT)
    json.field("vat", vat)
    json.field("withdrawal_exclusion", name: withdrawalExclusion)
  }
}

/// Why a command on a return is refused.
public enum ReturnRejection: Rejection, Hashable {
  case notFound
  /// The ticket is about no order.
  case noOrder
  /// The state does not take this.
  case wrongState(current: ReturnStatus, allowed: [ReturnAction])
  /// The order has not been delivered; to a withdrawal: and will not be, since it is cancelled.
  case notDelivered
  /// The time to withdraw, or to complain, is over.
  case tooLate(since: Timestamp)
  /// More of a line would come back than was delivered and has not come back yet.
  case tooMany(OrderItemID, returnable: Int64)
  /// The law lets nobody withdraw from this line, or from any line of the order.
  case excluded(OrderItemID, WithdrawalExclusion)
  case staffOnly
  case invalid(FieldError)
}
