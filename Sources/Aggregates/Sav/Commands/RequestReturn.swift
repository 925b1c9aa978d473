public import EventSourcing

/// Asks to send goods of a ticket's order back. A withdrawal is authorised at once. Asking again changes nothing.
public struct RequestReturn: Command {
  /// Units of a line of the order.
  public struct Item: Hashable, Sendable {
    public var orderItemID: OrderItemID
    public var quantity: Int64

    public init(orderItemID: OrderItemID, quantity: Int64) {
      self.orderItemID = orderItemID
      self.quantity = quantity
    }
  }

  /// Drawn before.
  public var returnID: ReturnID
  /// The first of as many ids as there are items; drawn before.
  public var firstLineID: ReturnLineID
  public var ticketID: TicketID
  public var actor: TicketActor
  /// The ticket's order, as the service's copies have it; nil when they do not know it.
  public var order: ReturnableOrder?
  public var reason: ReturnReason
  public var items: [Item]
  /// In the buyer's words; at most 1,000 characters.
  public var comment: String?
  /// When a withdrawal was declared that is confirmed now; nil for now.
  public var declaredAt: Timestamp?
  /// When a withdrawal was confirmed that is carried out now, whatever became of its ticket since; nil for now.
  public var confirmedAt: Timestamp?
  public var times: ReturnTimes

  public init(
    returnID: ReturnID, firstLineID: ReturnLineID, ticketID: TicketID, actor: TicketActor, order: ReturnableOrder?, reason: ReturnReason,
    items: [Item], comment: String? = nil, declaredAt: Timestamp? = nil, confirmedAt: Timestamp? = nil, times: ReturnTimes = ReturnTimes()
  ) {
    self.returnID = returnID
    self.firstLineID = firstLineID
    self.ticketID = ticketID
    self.actor = actor
    self.order = order
    self.reason = reason
    self.items = items
    self.comment = comment
    self.declaredAt = declaredAt
    self.confirmedAt = confirmedAt
    self.times = times
  }

  public func decide(in session: inout DecisionSession) throws -> ReturnAnswer {
    let before = try session.load(Return.self, returnID, isNew: true)
    guard before.status == nil else { return ReturnAnswer(returnID, before) }
    let ticket = try session.load(Ticket.self, ticketID)
    if confirmedAt == nil { try Ticket.requireLiving(ticket, seenBy: actor) }
    guard let orderID = ticket.orderID, let order, order.orderID == orderID else { throw ReturnRejection.noOrder }
    // A withdrawal that was declared before the goods came is in time.
    if order.deliveredAt != nil || declaredAt == nil { try Self.checkTime(of: order, reason, declaredAt ?? session.now) }
    do {
      try TextRules.optional(comment, "comment", maximum: 1_000)
    } catch {
      throw ReturnRejection.invalid(error)
    }
    let lines = try Self.lines(items, of: order, for: reason, session.load(ReturnsOfOrder.self, orderID), from: firstLineID)
    let key = ReturnKey(returnID: returnID, ticketID: ticketID, orderID: orderID, userID: order.userID)
    var events: [ReturnEvent] = [
      .requested(
        ReturnRequested(
          key: key, reason: reason, lines: lines, requestedAt: confirmedAt ?? session.now, requestedBy: actor.userID,
          personal: ReturnText(comment)))
    ]
    if reason == .withdrawal {
      let until = session.now + (order.deliveredAt == nil ? times.sendingUndelivered : times.sending)
      events.append(.authorised(ReturnAuthorised(key: key, label: nil, sendBackUntil: until, authorisedBy: nil)))
    }
    try session.record(events, on: Return.self, returnID)
    let claimed = ReturnUnitsClaimed(
      orderID: orderID, returnID: returnID, items: lines.map { ReturnedUnits($0.orderItemID, $0.quantity) })
    try session.record([.claimed(claimed)], on: ReturnsOfOrder.self, orderID)
    try session.record([.returnRequested(TicketReturnRequested(ticket: ticket.key, returnID: returnID))], on: Ticket.self, ticketID)
    return try session.settle(return: returnID, since: before)
  }

  /// - Throws: where the goods have not come yet, or came too long ago.
  static func checkTime(of order: ReturnableOrder, _ reason: ReturnReason, _ now: Timestamp) throws(ReturnRejection) {
    guard let deliveredAt = order.deliveredAt else { throw .notDelivered }
    let end = reason == .withdrawal ? Return.withdrawalEnd(deliveredAt: deliveredAt) : Return.conformityEnd(deliveredAt: deliveredAt)
    guard now < end else { throw .tooLate(since: end) }
  }

  /// All units of an order that no return has and that can be withdrawn from.
  /// - Throws: `ReturnRejection.excluded` when there are some, but none can be withdrawn from.
  static func withdrawable(of order: ReturnableOrder, _ returns: ReturnsOfOrder.State) throws(ReturnRejection) -> [Item] {
    let lines = order.lines.filter { $0.withdrawalExclusion == nil }
    if lines.isEmpty, let line = order.lines.first, let exclusion = line.withdrawalExclusion {
      throw .excluded(line.orderItemID, exclusion)
    }
    return lines.compactMap { line in
      let rest = line.quantity - returns.claimed[line.orderItemID, default: 0]
      return rest > 0 ? Item(orderItemID: line.orderItemID, quantity: rest) : nil
    }
  }

  /// The lines of a return with these items.
  /// - Throws: where there are none or too many, or one is not there any more or cannot come back for this reason.
  static func lines(
    _ items: [Item], of order: ReturnableOrder, for reason: ReturnReason, _ returns: ReturnsOfOrder.State, from firstLineID: ReturnLineID
  ) throws(ReturnRejection) -> [ReturnLine] {
    guard !items.isEmpty else { throw .invalid(FieldError("lines", .blank)) }
    guard items.count <= Return.maximumLines else { throw .invalid(FieldError("lines", .tooLong(maximum: Return.maximumLines))) }
    guard Set(items.map(\.orderItemID)).count == items.count else { throw .invalid(FieldError("lines", .duplicate)) }
    var lines: [ReturnLine] = []
    for item in items {
      guard let line = order.lines.first(where: { $0.orderItemID == item.orderItemID }) else {
        throw .invalid(FieldError("lines", .unknown))
      }
      if reason == .withdrawal, let exclusion = line.withdrawalExclusion { throw .excluded(line.orderItemID, exclusion) }
      let returnable = line.quantity - returns.claimed[item.orderItemID, default: 0]
      guard item.quantity >= 1, item.quantity <= returnable else { throw .tooMany(item.orderItemID, returnable: returnable) }
      lines.append(
        ReturnLine(lineID: ReturnLineID(firstLineID.rawValue + Int64(lines.count)), line, quantity: item.quantity))
    }
    return lines
  }
}
