public import EventSourcing

/// Gives the lines and codes of a failed order back: the same basket opens again for the next attempt, or, when the buyer has opened
/// another one meanwhile, they go into that one.
///
/// Which of the two is found out by the claim: without `into` the append takes the user's claim, and is refused with
/// `AppendError.claimTaken` when another basket holds it; that one is then given as `into`, under the same command id.
public struct RestoreBasket: Command {
  public var basketID: BasketID
  public var orderID: OrderID
  public var reason: OrderCancellationReason
  public var into: BasketID?

  public init(basketID: BasketID, orderID: OrderID, reason: OrderCancellationReason, into: BasketID? = nil) {
    self.basketID = basketID
    self.orderID = orderID
    self.reason = reason
    self.into = into
  }

  /// - Throws: `BasketRejection.frozen` or `notFound` when `into` is not open any more: look the claim up again.
  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let basket = try session.load(Basket.self, basketID)
    guard basket.phase == .checkingOut(orderID) else { return NoAnswer() }
    guard let into else {
      try session.record(Basket.decide(.reopen(orderID, reason), basket, now: session.now), on: Basket.self, basketID)
      session.claim(Basket.openClaim(basket.userID), for: Basket.stream(basketID))
      return NoAnswer()
    }
    let open = try session.basket(into, of: basket.userID)
    guard open.phase == .open else { throw open.closedRejection }
    try session.record(Self.merged(basket, into: open), on: Basket.self, into)
    try session.record(Basket.decide(.markMerged(orderID, reason, into: into), basket, now: session.now), on: Basket.self, basketID)
    return NoAnswer()
  }

  /// What the open basket gets; what does not fit any more is left out.
  static func merged(_ old: Basket.State, into open: Basket.State) -> [BasketEvent] {
    var state = open
    var events: [BasketEvent] = []
    for line in old.lines {
      guard let event = try? addition(of: line, to: state) else { continue }
      events.append(.basketItemAdded(event))
      Basket.evolve(&state, .basketItemAdded(event))
    }
    for code in old.codes where !state.codes.contains(where: { $0.link.code == code.link.code }) {
      guard state.codes.isEmpty || (code.terms.combinable && state.codes.allSatisfy(\.terms.combinable)),
        state.codes.count < SalesLimits.codes, let (subtotal, amount) = try? Basket.amounts(state.lines, state.codes + [code])
      else { continue }
      let event = BasketEvent.promoCodeApplied(
        PromoCodeApplied(
          basketID: state.basketID, userID: state.userID, linkID: code.link.linkID, promoCodeID: code.link.promoCodeID,
          code: code.link.code, terms: code.terms, subtotal: subtotal, amount: amount))
      events.append(event)
      Basket.evolve(&state, event)
    }
    return events
  }

  private static func addition(of line: BasketLine, to state: Basket.State) throws(BasketRejection) -> BasketItemAdded? {
    var lines = state.lines
    var line = line
    let added: Int64
    if let index = lines.firstIndex(where: { $0.productID == line.productID }) {
      added = min(line.quantity, SalesLimits.quantities.upperBound - lines[index].quantity)
      line = lines[index]
      line.quantity += added
      lines[index] = line
    } else {
      guard lines.count < SalesLimits.lines else { return nil }
      added = line.quantity
      lines.append(line)
    }
    return added > 0 ? try Basket.added(line, by: added, lines, state.codes, state) : nil
  }
}
