public import EventSourcing

/// Adds a promo code.
public struct AddPromoCode: Command {
  public var code: String
  public var definition: PromoCodeDefinition

  public init(code: String, definition: PromoCodeDefinition) {
    self.code = PromoCode.normalized(code)
    self.definition = definition
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    if let invalid = definition.firstInvalidField(code: code) {
      throw PromoCodeRejection.invalid(field: invalid.field, reason: invalid.reason)
    }
    return try session.promoCode(code, .add(definition))
  }
}

/// Adds a promo code of another system, however many products it covers.
public struct ImportPromoCode: Command {
  public var code: String
  public var definition: PromoCodeDefinition

  public init(code: String, definition: PromoCodeDefinition) {
    self.code = PromoCode.normalized(code)
    self.definition = definition
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.promoCode(code, .import(definition))
  }
}

/// Counts a use of a promo code in another system. Each command is one use.
public struct ImportPromoUse: Command {
  public var code: String
  public var userID: UserID
  public var usedAt: Timestamp

  public init(code: String, userID: UserID, usedAt: Timestamp) {
    self.code = PromoCode.normalized(code)
    self.userID = userID
    self.usedAt = usedAt
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.promoCode(code, .importUse(userID: userID), occurredAt: usedAt)
  }
}

/// Gives a promo code new terms; its text stays.
public struct ChangePromoCode: Command {
  public var code: String
  public var definition: PromoCodeDefinition

  public init(code: String, definition: PromoCodeDefinition) {
    self.code = PromoCode.normalized(code)
    self.definition = definition
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.promoCode(code, .change(definition))
  }
}

/// Ends a promo code for good; its text is never given again.
public struct DeletePromoCode: Command {
  public var code: String

  public init(code: String) {
    self.code = PromoCode.normalized(code)
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.promoCode(code, .delete)
  }
}

/// The order is confirmed: its uses of codes are final.
public struct RedeemPromoCodes: Command {
  public var orderID: OrderID
  public var basketID: BasketID
  public var codes: [String]

  public init(orderID: OrderID, basketID: BasketID, codes: [String]) {
    self.orderID = orderID
    self.basketID = basketID
    self.codes = codes
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    for code in codes { _ = try session.promoCode(code, .redeem(orderID: orderID, basketID: basketID)) }
    return NoAnswer()
  }
}

/// The order is cancelled: its uses of codes are given back.
public struct ReleasePromoCodes: Command {
  public var orderID: OrderID
  public var basketID: BasketID
  public var codes: [String]

  public init(orderID: OrderID, basketID: BasketID, codes: [String]) {
    self.orderID = orderID
    self.basketID = basketID
    self.codes = codes
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    for code in codes { _ = try session.promoCode(code, .release(orderID: orderID, basketID: basketID)) }
    return NoAnswer()
  }
}

extension DecisionSession {
  fileprivate mutating func promoCode(_ code: String, _ command: PromoCodeCommand, occurredAt: Timestamp? = nil) throws -> NoAnswer {
    try record(PromoCode.decide(command, code: code, load(PromoCode.self, code)), on: PromoCode.self, code, occurredAt: occurredAt)
    return NoAnswer()
  }
}
