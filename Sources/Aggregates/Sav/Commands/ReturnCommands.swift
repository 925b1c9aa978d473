public import EventSourcing

/// What somebody does with a return.
public enum ReturnMove: Sendable, Hashable {
  /// - Parameter label: where the label for the parcel is.
  case authorise(label: String?)
  /// - Parameter reason: why, in the agent's words.
  case refuse(reason: String)
  /// - Parameter tracking: the parcel's number.
  case shipBack(tracking: String?)
  /// - Parameter items: how many units of which line came; lines left out came not.
  case receive([ReturnReceived.Item])
  /// - Parameter lines: what was found; each line that came, once.
  case inspect([Inspection])
  case refund
  case replace(by: OrderID)
  case sendBack

  /// What was found of a line.
  public struct Inspection: Sendable, Hashable {
    public var lineID: ReturnLineID
    /// Of the units that came; the others are rejected.
    public var accepted: Int64
    /// Whether what was accepted can be sold again.
    public var restock: Bool

    public init(lineID: ReturnLineID, accepted: Int64, restock: Bool) {
      self.lineID = lineID
      self.accepted = accepted
      self.restock = restock
    }
  }

  var action: ReturnAction {
    switch self {
    case .authorise: .authorise
    case .refuse: .refuse
    case .shipBack: .shipBack
    case .receive: .receive
    case .inspect: .inspect
    case .refund: .refund
    case .replace: .replace
    case .sendBack: .sendBack
    }
  }
}

/// Moves a return on. The buyer says that he has sent the goods; all else is for agents.
public struct MoveReturn: Command {
  public var returnID: ReturnID
  public var actor: TicketActor
  public var move: ReturnMove
  public var times: ReturnTimes

  public init(returnID: ReturnID, actor: TicketActor, move: ReturnMove, times: ReturnTimes = ReturnTimes()) {
    self.returnID = returnID
    self.actor = actor
    self.move = move
    self.times = times
  }

  public func decide(in session: inout DecisionSession) throws -> ReturnAnswer {
    let before = try session.load(Return.self, returnID)
    guard before.status != nil else { throw ReturnRejection.notFound }
    let ticket = try session.load(Ticket.self, before.key.ticketID)
    guard actor.sees(ticket) else { throw ReturnRejection.notFound }
    guard move.action == .shipBack || actor.isStaff(for: ticket) else { throw ReturnRejection.staffOnly }
    try Return.require(before, takes: move.action)
    switch move {
    case .refund: try session.refund(before, by: actor.userID)
    default:
      try session.record([Return.decide(self, before, at: session.now)], on: Return.self, returnID)
      try session.release(Return.released(by: move, before), of: before)
    }
    return try session.settle(return: returnID, since: before)
  }
}

/// A timer of a return has fired. Nothing happens when it was moved or cancelled meanwhile.
public struct FireReturnTimer: Command {
  public var returnID: ReturnID
  public var kind: ReturnTimer.Kind
  /// The moment the timer was set to.
  public var dueAt: Timestamp

  public init(returnID: ReturnID, kind: ReturnTimer.Kind, dueAt: Timestamp) {
    self.returnID = returnID
    self.kind = kind
    self.dueAt = dueAt
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let before = try session.load(Return.self, returnID)
    guard ReturnTimer.due(kind, before) == dueAt else { return NoAnswer() }
    switch kind {
    case .sending:
      try session.record([.expired(ReturnExpired(key: before.key))], on: Return.self, returnID)
      try session.release(before.lines.map { ReturnedUnits($0.orderItemID, $0.quantity) }, of: before)
    case .refund: try session.refund(before, by: nil)
    }
    _ = try session.settle(return: returnID, since: before)
    return NoAnswer()
  }
}

extension Return {
  /// What a move that the state takes comes to; a refund is decided with the order's other returns.
  static func decide(_ command: MoveReturn, _ state: State, at now: Timestamp) throws(ReturnRejection) -> ReturnEvent {
    let user = command.actor.userID
    switch command.move {
    case .authorise(let label):
      try check(label, "label", maximum: 255)
      return .authorised(
        ReturnAuthorised(key: state.key, label: label, sendBackUntil: now + command.times.sending, authorisedBy: user))
    case .refuse(let reason):
      do {
        try TextRules.required(reason, "reason", maximum: 1_000)
      } catch {
        throw .invalid(error)
      }
      return .refused(ReturnRefused(key: state.key, refusedBy: user, personal: ReturnText(reason)))
    case .shipBack(let tracking):
      try check(tracking, "tracking", maximum: 255)
      return .shippedBack(ReturnShippedBack(key: state.key, tracking: tracking, refundDueAt: refundDue(state, at: now, command.times)))
    case .receive(let items):
      guard !items.isEmpty, Set(items.map(\.lineID)).count == items.count else { throw .invalid(FieldError("lines", .duplicate)) }
      for item in items {
        guard let line = state.lines.first(where: { $0.lineID == item.lineID }) else { throw .invalid(FieldError("lines", .unknown)) }
        guard item.quantity >= 1, item.quantity <= line.quantity else { throw .tooMany(line.orderItemID, returnable: line.quantity) }
      }
      let due = state.refundDueAt == nil && !state.isRefunded ? refundDue(state, at: now, command.times) : nil
      return .received(ReturnReceived(key: state.key, items: items, refundDueAt: due))
    case .inspect(let lines):
      guard Set(lines.map(\.lineID)) == Set(state.received.keys), lines.count == state.received.count else {
        throw .invalid(FieldError("lines", .unknown))
      }
      var found: [ReturnInspected.Line] = []
      for line in lines {
        let (product, came) = (state.lines.first { $0.lineID == line.lineID }!, state.received[line.lineID]!)
        guard line.accepted >= 0, line.accepted <= came else { throw .tooMany(product.orderItemID, returnable: came) }
        found.append(
          ReturnInspected.Line(
            lineID: line.lineID, productID: product.productID, accepted: line.accepted, rejected: came - line.accepted,
            restock: line.restock))
      }
      return .inspected(ReturnInspected(key: state.key, lines: found, inspectedBy: user, isSettled: state.isRefunded))
    case .replace(let order): return .replaced(ReturnReplaced(key: state.key, newOrderID: order, replacedBy: user))
    case .sendBack, .refund: return .sentBack(ReturnSentBack(key: state.key, sentBackBy: user))
    }
  }

  /// The units that other returns may have after a move: those that do not come, and those that go back.
  static func released(by move: ReturnMove, _ state: State) -> [ReturnedUnits] {
    switch move {
    case .refuse: state.lines.map { ReturnedUnits($0.orderItemID, $0.quantity) }
    case .receive(let items):
      // What was paid back on the proof of dispatch does not come a second time.
      state.isRefunded
        ? []
        : state.lines.compactMap { line in
          let missing = line.quantity - (items.first { $0.lineID == line.lineID }?.quantity ?? 0)
          return missing > 0 ? ReturnedUnits(line.orderItemID, missing) : nil
        }
    case .sendBack:
      state.lines.compactMap { line in state.received[line.lineID].map { ReturnedUnits(line.orderItemID, $0) } }
    case .authorise, .shipBack, .inspect, .refund, .replace: []
    }
  }

  /// A withdrawal is paid back 14 days after its notice, or now if that is over.
  private static func refundDue(_ state: State, at now: Timestamp, _ times: ReturnTimes) -> Timestamp? {
    state.reason == .withdrawal ? max(now, state.requestedAt + times.refund) : nil
  }

  private static func check(_ text: String?, _ field: String, maximum: Int) throws(ReturnRejection) {
    do {
      try TextRules.optional(text, field, maximum: maximum)
    } catch {
      throw .invalid(error)
    }
  }
}

extension DecisionSession {
  fileprivate mutating func release(_ items: [ReturnedUnits], of state: Return.State) throws {
    guard !items.isEmpty else { return }
    let released = ReturnUnitsReleased(orderID: state.key.orderID, returnID: state.key.returnID, items: items)
    try record([.released(released)], on: ReturnsOfOrder.self, state.key.orderID)
  }

  /// Pays back what is refundable now: for each line the cumulative amount over all returns, less what was paid back before.
  fileprivate mutating func refund(_ state: Return.State, by user: UserID?) throws {
    let returns = try load(ReturnsOfOrder.self, state.key.orderID)
    var lines: [ReturnRefunded.Line] = []
    for line in state.lines {
      let quantity = Return.refundable(line, state)
      guard quantity > 0 else { continue }
      let refund = try Refund.next(
        netHT: line.netHT, vat: line.vat, quantity: line.ordered,
        returned: returns.refundedUnits[line.orderItemID, default: 0] + quantity, before: returns.refunded[line.orderItemID] ?? .none)
      lines.append(
        ReturnRefunded.Line(
          lineID: line.lineID, orderItemID: line.orderItemID, quantity: quantity, amountHT: refund.amountHT, vat: refund.vat))
    }
    let amount = try Cents.sum(lines.flatMap { [$0.amountHT, $0.vat] })
    let key = state.key
    try record(
      [
        .refunded(
          ReturnRefunded(key: key, lines: lines, amount: amount, refundedBy: user, isSettled: state.status == .inspected))
      ], on: Return.self, key.returnID)
    guard !lines.isEmpty else { return }
    try record(
      [.refunded(ReturnUnitsRefunded(orderID: key.orderID, returnID: key.returnID, lines: lines))], on: ReturnsOfOrder.self, key.orderID)
  }
}
