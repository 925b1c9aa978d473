public import EventSourcing
import HashTreeCollections

/// What is asked of a promo code.
public enum PromoCodeCommand: Sendable, Hashable {
  case add(PromoCodeDefinition)
  /// Adds a code of another system, however many products it covers.
  case `import`(PromoCodeDefinition)
  case change(PromoCodeDefinition)
  case delete
  /// Counts a use for an order; the same order counts once.
  case claim(orderID: OrderID, basketID: BasketID, userID: UserID)
  /// Makes an order's use final.
  case redeem(orderID: OrderID, basketID: BasketID)
  /// Gives an order's use back.
  case release(orderID: OrderID, basketID: BasketID)
  /// Counts a use in another system. That it happened is a fact, so no limit speaks against it.
  case importUse(userID: UserID)
}

/// Why a promo code's command was refused.
public enum PromoCodeRejection: Rejection, Hashable {
  case notFound(code: String)
  /// A code of this text exists, or existed.
  case codeTaken(code: String)
  case invalid(field: String, reason: String)
  /// All uses, or all of this customer, are taken.
  case limitReached(code: String, PromoCodeResult)
}

extension PromoCode {
  /// - Parameter code: as `normalized` gives it.
  public static func decide(_ command: PromoCodeCommand, code: String, _ state: State) throws(PromoCodeRejection) -> [PromoCodeEvent] {
    switch command {
    case .add(let definition), .import(let definition):
      let most = if case .import = command { Int.max } else { SalesLimits.scope }
      if let invalid = definition.firstInvalidField(code: code, mostInScope: most) {
        throw .invalid(field: invalid.field, reason: invalid.reason)
      }
      if state.definition == definition, !state.isDeleted { return [] }
      guard state.definition == nil else { throw .codeTaken(code: code) }
      return [.promoCodeAdded(PromoCodeAdded(code: code, definition: definition))]
    case .change(let definition):
      let known = try existing(state, code)
      guard known.promoCodeID == definition.promoCodeID else { throw .notFound(code: code) }
      if let invalid = definition.firstInvalidField(code: code) { throw .invalid(field: invalid.field, reason: invalid.reason) }
      return known == definition ? [] : [.promoCodeChanged(PromoCodeChanged(code: code, definition: definition))]
    case .delete:
      guard let definition = state.definition else { throw .notFound(code: code) }
      return state.isDeleted ? [] : [.promoCodeDeleted(PromoCodeDeleted(promoCodeID: definition.promoCodeID, code: code))]
    case .claim(let orderID, let basketID, let userID):
      let definition = try existing(state, code)
      // A retry of the same checkout is the same use.
      guard state.uses[orderID] == nil else { return [] }
      if let limit = definition.maxUsage, state.usage >= limit { throw .limitReached(code: code, .usageLimitReached) }
      if let limit = definition.maxUsagePerUser, state.usesByUser[userID, default: 0] >= limit {
        throw .limitReached(code: code, .customerLimitReached)
      }
      return [
        .promoClaimed(
          PromoClaimed(
            promoCodeID: definition.promoCodeID, code: code, basketID: basketID, orderID: orderID, userID: userID,
            usage: state.usage + 1))
      ]
    case .redeem(let orderID, let basketID):
      guard let definition = state.definition, case .claimed = state.uses[orderID] else { return [] }
      return [
        .promoRedeemed(PromoRedeemed(promoCodeID: definition.promoCodeID, code: code, basketID: basketID, orderID: orderID))
      ]
    case .release(let orderID, let basketID):
      guard let definition = state.definition, let use = state.uses[orderID] else { return [] }
      return [
        .promoReleased(
          PromoReleased(
            promoCodeID: definition.promoCodeID, code: code, basketID: basketID, orderID: orderID, userID: use.userID,
            usage: state.usage - 1))
      ]
    case .importUse(let userID):
      let definition = try existing(state, code)
      return [
        .promoUseImported(
          PromoUseImported(promoCodeID: definition.promoCodeID, code: code, userID: userID, usage: state.usage + 1))
      ]
    }
  }

  private static func existing(_ state: State, _ code: String) throws(PromoCodeRejection) -> PromoCodeDefinition {
    guard let definition = state.definition, !state.isDeleted else { throw .notFound(code: code) }
    return definition
  }
}
