public import EventSourcing
public import JSON

/// What a code's number means.
public enum DiscountKind: String, Sendable, Hashable, CaseIterable {
  case percentage
  case fixed
  case freeShipping = "free_shipping"
}

/// What happens to a promo code (stream `promo-<CODE>`). One stream a code decides that no limit is exceeded.
public enum PromoCodeEvent: AggregateEvent {
  case promoCodeAdded(PromoCodeAdded)
  case promoCodeChanged(PromoCodeChanged)
  case promoCodeDeleted(PromoCodeDeleted)
  case promoClaimed(PromoClaimed)
  case promoRedeemed(PromoRedeemed)
  case promoReleased(PromoReleased)
  case promoUseImported(PromoUseImported)

  public static let decoder = EventDecoder<PromoCodeEvent>([
    EventCase(PromoCodeAdded.self, PromoCodeEvent.promoCodeAdded),
    EventCase(PromoCodeChanged.self, PromoCodeEvent.promoCodeChanged),
    EventCase(PromoCodeDeleted.self, PromoCodeEvent.promoCodeDeleted),
    EventCase(PromoClaimed.self, PromoCodeEvent.promoClaimed),
    EventCase(PromoRedeemed.self, PromoCodeEvent.promoRedeemed),
    EventCase(PromoReleased.self, PromoCodeEvent.promoReleased),
    EventCase(PromoUseImported.self, PromoCodeEvent.promoUseImported),
  ])

  public var payload: any EventPayload {
    switch self {
    case .promoCodeAdded(let event): event
    case .promoCodeChanged(let event): event
    case .promoCodeDeleted(let event): event
    case .promoClaimed(let event): event
    case .promoRedeemed(let event): event
    case .promoReleased(let event): event
    case .promoUseImported(let event): event
    }
  }
}

/// A code can be used.
public struct PromoCodeAdded: Hashable, Sendable {
  public static let type = EventType("PromoCodeAdded", .public)

  /// Upper case.
  public var code: String
  public var definition: PromoCodeDefinition
}

extension PromoCodeAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    code = try json.string("code")
    definition = try PromoCodeDefinition(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    json.field("code", code)
    definition.encode(to: &json)
  }
}

/// A code has new terms; all are given.
public struct PromoCodeChanged: Hashable, Sendable {
  public static let type = EventType("PromoCodeChanged", .public)

  /// Upper case.
  public var code: String
  public var definition: PromoCodeDefinition
}

extension PromoCodeChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    code = try json.string("code")
    definition = try PromoCodeDefinition(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    json.field("code", code)
    definition.encode(to: &json)
  }
}

/// A code can no longer be used (kept, and its text never given again).
public struct PromoCodeDeleted: Hashable, Sendable {
  public static let type = EventType("PromoCodeDeleted", .public)

  public var promoCodeID: PromoCodeID
  /// Upper case.
  public var code: String
}

extension PromoCodeDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    promoCodeID = try json.id("promo_code_id")
    code = try json.string("code")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("promo_code_id", promoCodeID)
    json.field("code", code)
  }
}

/// A checkout counts as a use of the code.
public struct PromoClaimed: Hashable, Sendable {
  public static let type = EventType("PromoClaimed", .public)

  public var promoCodeID: PromoCodeID
  /// Upper case.
  public var code: String
  public var basketID: BasketID
  public var orderID: OrderID
  public var userID: UserID
  /// Uses that count now.
  public var usage: Int64
}

extension PromoClaimed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    promoCodeID = try json.id("promo_code_id")
    code = try json.string("code")
    basketID = try json.id("basket_id")
    orderID = try json.id("order_id")
    userID = try json.id("user_id")
    usage = try json.int64("usage")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("promo_code_id", promoCodeID)
    json.field("code", code)
    json.field("basket_id", basketID)
    json.field("order_id", orderID)
    json.field("user_id", userID)
    json.field("usage", usage)
  }
}

/// The use became final: its order is confirmed.
public struct PromoRedeemed: Hashable, Sendable {
  public static let type = EventType("PromoRedeemed", .public)

  public var promoCodeID: PromoCodeID
  /// Upper case.
  public var code: String
  public var basketID: BasketID
  public var orderID: OrderID
}

extension PromoRedeemed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    promoCodeID = try json.id("promo_code_id")
    code = try json.string("code")
    basketID = try json.id("basket_id")
    orderID = try json.id("order_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("promo_code_id", promoCodeID)
    json.field("code", code)
    json.field("basket_id", basketID)
    json.field("order_id", orderID)
  }
}

/// The use was given back: its order was cancelled.
public struct PromoReleased: Hashable, Sendable {
  public static let type = EventType("PromoReleased", .public)

  public var promoCodeID: PromoCodeID
  /// Upper case.
  public var code: String
  public var basketID: BasketID
  public var orderID: OrderID
  public var userID: UserID
  /// Uses that count now.
  public var usage: Int64
}

extension PromoReleased: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    promoCodeID = try json.id("promo_code_id")
    code = try json.string("code")
    basketID = try json.id("basket_id")
    orderID = try json.id("order_id")
    userID = try json.id("user_id")
    usage = try json.int64("usage")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("promo_code_id", promoCodeID)
    json.field("code", code)
    json.field("basket_id", basketID)
    json.field("order_id", orderID)
    json.field("user_id", userID)
    json.field("usage", usage)
  }
}

/// A customer used the code in another system, before it came here.
public struct PromoUseImported: Hashable, Sendable {
  public static let type = EventType("PromoUseImported", .public)

  public var promoCodeID: PromoCodeID
  /// Upper case.
  public var code: String
  public var userID: UserID
  /// Uses that count now.
  public var usage: Int64
}

extension PromoUseImported: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    promoCodeID = try json.id("promo_code_id")
    code = try json.string("code")
    userID = try json.id("user_id")
    usage = try json.int64("usage")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("promo_code_id", promoCodeID)
    json.field("code", code)
    json.field("user_id", userID)
    json.field("usage", usage)
  }
}
