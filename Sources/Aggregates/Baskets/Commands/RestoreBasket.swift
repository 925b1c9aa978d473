public import EventSourcing

/// Gives the lines and codes of a failed order back: the same basket opens again for the next attempt, or, when the buyer has opened
/// another one meanwhile, they go into that one. What does not fit there is named in `BasketMerged`.
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
      session.claim(Basket.openClaim(basket.userID, on: basket.websiteID), for: Basket.stream(basketID))
      return NoAnswer()
    }
    let open = try session.basket(into, of: basket.userID)
    guard open.phase == .open else { throw open.closedRejection }
    let (events, leftOut) = Self.merged(basket, into: open)
    try session.record(events, on: Basket.self, into)
    try session.record(
      Basket.decide(.markMerged(orderID, reason, into: into, leftOut), basket, now: session.now), on: Basket.self, basketID)
    return NoAnswer()
  }

  /// What the open basket gets, and what does not fit there any more.
  static func merged(_ old: Basket.State, into open: Basket.State) -> (events: [BasketEvent], leftOut: LeftOut) {
    var state = open
    var (events, leftOut) = ([BasketEvent](), LeftOut())
    for line in old.lines {
      let (event, missing, reason) = addition(of: line, to: state)
      if let event {
        events.append(.basketItemAdded(event))
        Basket.evolve(&state, .basketItemAdded(event))
      }
      if missing > 0 { leftOut.lines.append(LeftOut.Line(productID: line.productID, quantity: missing, reason: reason)) }
    }
    // A code that is on the newer basket is there already.
    for code in old.codes where !state.codes.contains(where: { $0.link.code == code.link.code }) {
      switch application(of: code, to: state) {
      case .success(let event):
        events.append(.promoCodeApplied(event))
        Basket.evolve(&state, .promoCodeApplied(event))
      case .failure(let refusal):
        leftOut.codes.append(LeftOut.Code(promoCodeID: code.link.promoCodeID, code: code.link.code, reason: refusal.reason))
      }
    }
    return (events, leftOut)
  }

  /// - Returns: the event for as many as fit, and how many do not and why.
  private static func addition(
    of line: BasketLine, to state: Basket.State
  ) -> (event: BasketItemAdded?, missing: Int64, reason: LeftOut.Reason) {
    var lines = state.lines
    var merged = line
    var added = line.quantity
    if let index = lines.firstIndex(where: { $0.productID == line.productID }) {
      added = min(line.quantity, SalesLimits.quantities.upperBound - lines[index].quantity)
      merged = lines[index]
      merged.quantity += added
      lines[index] = merged
    } else {
      guard lines.count < SalesLimits.lines else { return (nil, line.quantity, .lineLimit) }
      lines.append(line)
    }
    guard added > 0 else { return (nil, line.quantity, .quantityLimit) }
    do throws(BasketRejection) {
      return (try Basket.added(merged, by: added, lines, state.codes, state), line.quantity - added, .quantityLimit)
    } catch {
      // The one thing that can be wrong with lines that were in baskets before.
      return (nil, line.quantity, .amountLimit)
    }
  }

  private static func application(of code: Basket.Code, to state: Basket.State) -> Result<PromoCodeApplied, DoesNotFit> {
    guard state.codes.isEmpty || (code.terms.combinable && state.codes.allSatisfy(\.terms.combinable)) else {
      return .failure(DoesNotFit(reason: .notCombinable))
    }
    guard state.codes.count < SalesLimits.codes else { return .failure(DoesNotFit(reason: .codeLimit)) }
    do throws(BasketRejection) {
      let (subtotal, amount) = try Basket.amounts(state.lines, state.codes + [code])
      return .success(
        PromoCodeApplied(
          basketID: state.basketID, userID: state.userID, linkID: code.link.linkID, promoCodeID: code.link.promoCodeID,
          code: code.link.code, terms: code.terms, subtotal: subtotal, amount: amount))
    } catch {
      return .failure(DoesNotFit(reason: .amountLimit))
    }
  }

  private struct DoesNotFit: Error {
    let reason: LeftOut.Reason
  }
}
