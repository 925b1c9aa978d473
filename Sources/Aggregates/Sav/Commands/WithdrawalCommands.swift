public import EventSourcing
public import JSON

/// The first step: a buyer declares from what he withdraws. Declaring the same one again changes nothing.
public struct DeclareWithdrawal: Command {
  /// Drawn before.
  public var withdrawalID: WithdrawalID
  public var userID: UserID
  /// As the service's copies have it.
  public var order: ReturnableOrder
  public var orderNumber: String
  /// What the lines were called, where that is known.
  public var names: [OrderItemID: String]
  /// Nil: all that has not come back yet and can be withdrawn from.
  public var items: [RequestReturn.Item]?
  public var statement: WithdrawalStatement

  public init(
    withdrawalID: WithdrawalID, userID: UserID, order: ReturnableOrder, orderNumber: String, names: [OrderItemID: String] = [:],
    items: [RequestReturn.Item]?, statement: WithdrawalStatement
  ) {
    self.withdrawalID = withdrawalID
    self.userID = userID
    self.order = order
    self.orderNumber = orderNumber
    self.names = names
    self.items = items
    self.statement = statement
  }

  public func decide(in session: inout DecisionSession) throws -> WithdrawalAnswer {
    let before = try session.load(Withdrawal.self, withdrawalID, isNew: true)
    if before.notice != nil { return try WithdrawalAnswer(withdrawalID, before) }
    guard order.userID == userID else { throw WithdrawalRejection.notFound }
    do {
      try statement.check()
    } catch {
      throw WithdrawalRejection.invalid(error)
    }
    let returns = try session.load(ReturnsOfOrder.self, order.orderID)
    try Self.checkTime(of: order, session.now)
    let lines = try RequestReturn.lines(
      items ?? RequestReturn.withdrawable(of: order, returns), of: order, for: .withdrawal, returns, from: ReturnLineID(0))
    let notice = WithdrawalNotice(
      withdrawalID: withdrawalID, orderID: order.orderID, orderNumber: orderNumber, userID: userID,
      lines: lines.map {
        .init(orderItemID: $0.orderItemID, productID: $0.productID, name: names[$0.orderItemID], quantity: $0.quantity)
      }, declaredAt: session.now)
    let declared = WithdrawalDeclared(notice: notice, confirmBy: session.now + Withdrawal.confirmation, personal: statement)
    try session.record([.declared(declared)], on: Withdrawal.self, withdrawalID)
    return try WithdrawalAnswer(withdrawalID, session.load(Withdrawal.self, withdrawalID))
  }

  /// - Throws: where the goods came too long ago, or will not come.
  private static func checkTime(of order: ReturnableOrder, _ now: Timestamp) throws(ReturnRejection) {
    if order.deliveredAt != nil { return try RequestReturn.checkTime(of: order, .withdrawal, now) }
    guard !order.isCancelled else { throw .notDelivered }
  }
}

/// The second step: a buyer confirms what he declared. A ticket is opened for it, with an authorised return; an order that has not left and is
/// withdrawn from as a whole is cancelled instead, by the support desk's process manager. Confirming again changes nothing.
public struct ConfirmWithdrawal: Command {
  public var withdrawalID: WithdrawalID
  public var userID: UserID
  /// As the service's copies have it; nil when they do not know it.
  public var order: ReturnableOrder?
  public var ticketOrder: TicketOrder?
  /// Drawn before, as are the others; unique by claim.
  public var ticketNumber: String
  public var ticketID: TicketID
  public var returnID: ReturnID
  /// The first of as many ids as there are lines.
  public var firstLineID: ReturnLineID
  public var ticketTimes: TicketTimes
  public var returnTimes: ReturnTimes

  public init(
    withdrawalID: WithdrawalID, userID: UserID, order: ReturnableOrder?, ticketOrder: TicketOrder?, ticketID: TicketID,
    ticketNumber: String,
    returnID: ReturnID, firstLineID: ReturnLineID, ticketTimes: TicketTimes = TicketTimes(), returnTimes: ReturnTimes = ReturnTimes()
  ) {
    self.withdrawalID = withdrawalID
    self.userID = userID
    self.order = order
    self.ticketOrder = ticketOrder
    self.ticketNumber = ticketNumber
    self.ticketID = ticketID
    self.returnID = returnID
    self.firstLineID = firstLineID
    self.ticketTimes = ticketTimes
    self.returnTimes = returnTimes
  }

  public func decide(in session: inout DecisionSession) throws -> WithdrawalAnswer {
    let before = try session.load(Withdrawal.self, withdrawalID)
    guard let notice = before.notice, notice.userID == userID, let statement = before.statement else { throw WithdrawalRejection.notFound }
    if before.confirmed != nil { return try WithdrawalAnswer(withdrawalID, before) }
    guard session.now < before.confirmBy else { throw WithdrawalRejection.expired(since: before.confirmBy) }
    _ = try OpenTicket(
      ticketID: ticketID, ticketNumber: ticketNumber, userID: userID, openedBy: userID,
      subject: "Rétractation de la commande \(notice.orderNumber)",
      description: statement.comment ?? "Rétractation n° \(withdrawalID)", category: "withdrawal", order: ticketOrder, times: ticketTimes
    ).decide(in: &session)
    guard let order else { throw ReturnRejection.noOrder }
    var confirmed = WithdrawalConfirmed(
      notice: notice, returnID: returnID, undelivered: order.deliveredAt == nil ? order.lines : [], ticketID: ticketID,
      confirmedAt: session.now, personal: statement)
    if order.deliveredAt == nil, order.isCancelled { throw ReturnRejection.notDelivered }
    if !order.hasLeft, notice.isAll(of: order) {
      confirmed.returnID = nil
      confirmed.held = .init(returnID: returnID, firstLineID: firstLineID)
      try session.hold(confirmed, of: order)
    } else {
      _ = try RequestReturn(
        returnID: returnID, firstLineID: firstLineID, ticketID: ticketID, actor: .customer(userID), order: order, reason: .withdrawal,
        items: notice.items, comment: statement.comment, declaredAt: notice.declaredAt, times: returnTimes
      ).decide(in: &session)
    }
    try session.record([.confirmed(confirmed)], on: Withdrawal.self, withdrawalID)
    return try WithdrawalAnswer(withdrawalID, session.load(Withdrawal.self, withdrawalID))
  }
}

/// Opens the return of an order that could not be cancelled any more. Doing it again changes nothing.
public struct OpenHeldReturn: Command {
  public var confirmed: WithdrawalConfirmed
  public var held: WithdrawalConfirmed.HeldReturn
  public var times: ReturnTimes

  public init(_ confirmed: WithdrawalConfirmed, _ held: WithdrawalConfirmed.HeldReturn, times: ReturnTimes = ReturnTimes()) {
    self.confirmed = confirmed
    self.held = held
    self.times = times
  }

  public func decide(in session: inout DecisionSession) throws -> ReturnAnswer {
    let before = try session.load(Return.self, held.returnID, isNew: true)
    guard before.status == nil else { return ReturnAnswer(held.returnID, before) }
    let notice = confirmed.notice
    // The return claims what the confirmation has held for it.
    if confirmed.held != nil {
      let released = ReturnUnitsReleased(orderID: notice.orderID, returnID: held.returnID, items: notice.units)
      try session.record([.released(released)], on: ReturnsOfOrder.self, notice.orderID)
    }
    let order = ReturnableOrder(
      orderID: notice.orderID, userID: notice.userID, deliveredAt: nil, hasLeft: true, lines: confirmed.undelivered)
    return try RequestReturn(
      returnID: held.returnID, firstLineID: held.firstLineID, ticketID: confirmed.ticketID, actor: .customer(notice.userID), order: order,
      reason: .withdrawal, items: notice.items, comment: confirmed.personal?.comment, declaredAt: notice.declaredAt,
      confirmedAt: confirmed.confirmedAt, times: times
    ).decide(in: &session)
  }
}

extension DecisionSession {
  /// Takes the units of an order that is about to be cancelled, so that no other withdrawal has them.
  fileprivate mutating func hold(_ confirmed: WithdrawalConfirmed, of order: ReturnableOrder) throws {
    let (notice, held) = (confirmed.notice, confirmed.held!)
    _ = try RequestReturn.lines(
      notice.items, of: order, for: .withdrawal, load(ReturnsOfOrder.self, order.orderID), from: held.firstLineID)
    let claimed = ReturnUnitsClaimed(orderID: order.orderID, returnID: held.returnID, items: notice.units)
    try record([.claimed(claimed)], on: ReturnsOfOrder.self, order.orderID)
  }
}

extension WithdrawalNotice {
  fileprivate var units: [ReturnedUnits] { lines.map { ReturnedUnits($0.orderItemID, $0.quantity) } }

  /// Whether it is about every unit of an order.
  fileprivate func isAll(of order: ReturnableOrder) -> Bool {
    Set(units) == Set(order.lines.map { ReturnedUnits($0.orderItemID, $0.quantity) })
  }
}

/// What a withdrawal's command answers.
public struct WithdrawalAnswer: JSONCodable, Hashable {
  public var notice: WithdrawalNotice
  public var confirmBy: Timestamp
  /// Nil until it is confirmed; so are the others.
  public var confirmedAt: Timestamp?
  /// Nil, too, where the order is cancelled instead.
  public var returnID: ReturnID?
  public var ticketID: TicketID?

  /// - Throws: `WithdrawalRejection.notFound`.
  public init(_ id: WithdrawalID, _ state: Withdrawal.State) throws(WithdrawalRejection) {
    guard let notice = state.notice else { throw .notFound }
    self.notice = notice
    confirmBy = state.confirmBy
    confirmedAt = state.confirmed?.at
    returnID = state.confirmed?.returnID
    ticketID = state.confirmed?.ticketID
  }

  public var status: WithdrawalStatus { confirmedAt == nil ? .declared : .confirmed }

  public init(from json: inout JSONObjectReader) throws {
    notice = try WithdrawalNotice(from: &json)
    confirmBy = try json.timestamp("confirm_by")
    confirmedAt = try json.optionalTimestamp("confirmed_at")
    returnID = try json.optionalID("return_id")
    ticketID = try json.optionalID("ticket_id")
  }

  public func encode(to json: inout JSONWriter) {
    notice.encode(to: &json)
    json.field("confirm_by", confirmBy)
    json.field("confirmed_at", confirmedAt)
    json.field("return_id", returnID)
    json.field("ticket_id", ticketID)
  }
}
