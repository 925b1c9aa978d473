public import EventSourcing
import HashTreeCollections

/// A promo code: its terms, and the uses that count. One stream a code, so that no limit can be exceeded
/// however many checkouts run at once.
public enum PromoCode: Aggregate {
  public static let category = "promo"

  /// One order's use.
  public enum Use: Sendable, Hashable {
    /// Counts, and is given back when its order is cancelled.
    case claimed(UserID)
    /// Counts; its order is confirmed.
    case redeemed(UserID)

    var userID: UserID {
      switch self {
      case .claimed(let user), .redeemed(let user): user
      }
    }
  }

  public struct State: Sendable {
    /// Nil when nobody has added the code.
    public internal(set) var definition: PromoCodeDefinition?
    public internal(set) var isDeleted = false
    /// The uses that count, by order. Persistent: a popular code's many uses are not copied by each decision.
    var uses: TreeDictionary<OrderID, Use> = [:]
    /// The same, counted by user.
    var usesByUser: TreeDictionary<UserID, Int64> = [:]
    /// Uses in another system; no order here has them.
    var importedUses: Int64 = 0

    /// Uses that count.
    public var usage: Int64 { Int64(uses.count) + importedUses }

    /// An order's use; nil when it has none that counts.
    public func use(of order: OrderID) -> Use? { uses[order] }
  }

  public static let initialState = State()

  /// The stored spelling of a code: without outer blanks, in capitals. Codes are compared by it.
  public static func normalized(_ code: String) -> String {
    let trimmed = code.drop { $0.isWhitespace }
    return String(trimmed.reversed().drop { $0.isWhitespace }.reversed()).uppercased()
  }

  public static func evolve(_ state: inout State, _ event: PromoCodeEvent) {
    switch event {
    case .promoCodeAdded(let event): state.definition = event.definition
    case .promoCodeChanged(let event): state.definition = event.definition
    case .promoCodeDeleted: state.isDeleted = true
    case .promoClaimed(let event):
      guard state.uses.updateValue(.claimed(event.userID), forKey: event.orderID) == nil else { return }
      state.usesByUser[event.userID, default: 0] += 1
    case .promoRedeemed(let event):
      if let use = state.uses[event.orderID] { state.uses[event.orderID] = .redeemed(use.userID) }
    case .promoUseImported(let event):
      state.importedUses += 1
      state.usesByUser[event.userID, default: 0] += 1
    case .promoReleased(let event):
      guard let use = state.uses.removeValue(forKey: event.orderID) else { return }
      let rest = state.usesByUser[use.userID, default: 1] - 1
      state.usesByUser[use.userID] = rest > 0 ? rest : nil
    }
  }
}

extension PromoCode.State {
  /// What pricing needs, with the uses of everybody but this order.
  /// - Parameter covered: the products of the basket that the code's scope names; nil when it names none and so covers all.
  func terms(code: String, for user: UserID, except order: OrderID?, covered: Set<Int64>?) throws(MoneyError) -> PromoCodeTerms? {
    guard let definition, !isDeleted else { return nil }
    let own = order.flatMap { uses[$0] }
    return PromoCodeTerms(
      code: code, kind: try DiscountTerms.kind(definition.kind, hundredths: definition.discount),
      startsAt: definition.validFrom?.rawValue, endsAt: definition.validUntil?.rawValue, minimum: definition.minOrderAmount,
      maximumDiscount: definition.maxDiscount, usageLimit: definition.maxUsage, used: usage - (own == nil ? 0 : 1),
      perCustomerLimit: definition.maxUsagePerUser, usedByCustomer: usesByUser[user, default: 0] - (own?.userID == user ? 1 : 0),
      coveredProducts: covered)
  }
}
