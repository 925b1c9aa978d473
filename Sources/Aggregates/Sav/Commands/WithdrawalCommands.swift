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
    if order.deliveredAt != nil { try RequestReturn.checkTime(of: order, .withdrawal, session.now) }
    let lines = try RequestReturn.lines(
      items ?? RequestReturn.withdrawable(of: order, returns), of: order, for: .withdrawal, returns, from: ReturnLineID(0))
    if order.deliveredAt == nil { try Self.checkWhole(lines, of: order) }
    let notice = WithdrawalNotice(
      withdrawalID: withdrawalID, orderID: order.orderID, orderNumber: orderNumber, userID: userID,
      lines: lines.map {
        .init(orderItemID: $0.orderItemID, productID: $0.productID, name: names[$0.orderItemID], quantity: $0.quantity)
      }, declaredAt: session.now)
    let declared = WithdrawalDeclared(notice: notice, confirmBy: session.now + Withdrawal.confirmation, personal: statement)
    try session.record([.declared(declared)], on: Withdrawal.self, withdrawalID)
    return try WithdrawalAnswer(withdrawalID, session.load(Withdrawal.self, withdrawalID))
  }

  /// What has not come is withdrawn from as a whole: the order is cancelled.
  private static func checkWhole(_ lines: [ReturnLine], of order: ReturnableOrder) throws(ReturnRejection) {
    guard !order.isCancelled else { throw .notDelivered }
    for line in order.lines {
      if let exclusion = line.withdrawalExclusion { throw .excluded(line.orderItemID, exclusion) }
    }
    guard
      Set(lines.map { ReturnedUnits($0.orderItemID, $0.quantity) }) == Set(order.lines.map { ReturnedUnits($0.orderItemID, $0.quantity) })
    else { throw .notDelivered }
  }
}

/// The second step: a buyer confirms what he declared. A ticket is opened for it, with an authorised return when the order has been delivered; one
/// that has not is cancelled by the support desk's process manager. Confirming again changes nothing.
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
    let isDelivered = order.deliveredAt != nil
    if isDelivered {
      _ = try RequestReturn(
        returnID: returnID, firstLineID: firstLineID, ticketID: ticketID, actor: .customer(userID), order: order, reason: .withdrawal,
        items: notice.items, comment: statement.comment, declaredAt: notice.declaredAt, times: returnTimes
      ).decide(in: &session)
    } else if order.isCancelled {
      throw ReturnRejection.notDelivered
    }
    let confirmed = WithdrawalConfirmed(
      notice: notice, returnID: isDelivered ? returnID : nil, undelivered: isDelivered ? [] : order.lines, ticketID: ticketID,
      confirmedAt: session.now, personal: statement)
    try session.record([.confirmed(confirmed)], on: Withdrawal.self, withdrawalID)
    return try WithdrawalAnswer(withdrawalID, session.load(Withdrawal.self, withdrawalID))
  }
}

/// What a withdrawal's command answers.
public struct WithdrawalAnswer: JSONCodable, Hashable {
  public var notice: WithdrawalNotice
  public var confirmBy: Timestamp
  /// Nil until it is confirmed; so are the others.
  public var confirmedAt: Timestamp?
  /// Nil, too, where the order had not been delivered.
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
