public import EventSourcing
public import JSON

/// Why a buyer cannot withdraw from the purchase of a product: the grounds of Code de la consommation, L221-28, that hold from the moment
/// of the order. Those that hang on a seal that the buyer breaks, or on goods that he mixes, are none: the goods tell when they come back.
/// No lawyer has read this.
public enum WithdrawalExclusion: String, Sendable, Hashable, CaseIterable {
  /// 2°: its price follows a financial market.
  case marketPrice = "market_price"
  /// 3°: made to the buyer's specifications, or clearly personal.
  case personalised
  /// 4°: goes off or expires soon.
  case perishable
  /// 7°: an alcoholic drink delivered later than 30 days, at an agreed price that follows the market.
  case deferredAlcohol = "deferred_alcohol"
  /// 11°: a newspaper, periodical or magazine, without a subscription.
  case periodical
  /// 12°: lodging, transport, meals or leisure for a date.
  case dated
}

/// Whether a buyer can withdraw from the purchase of a product, for orders from now on.
public struct WithdrawalExclusionSet: Hashable, Sendable {
  public static let type = EventType("WithdrawalExclusionSet", .public)

  public var productID: ProductID
  /// Nil: he can.
  public var exclusion: WithdrawalExclusion?
}

extension WithdrawalExclusionSet: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    exclusion = try json.optionalName("withdrawal_exclusion")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("withdrawal_exclusion", name: exclusion)
  }
}
