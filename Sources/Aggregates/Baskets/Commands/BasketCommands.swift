public import EventSourcing
public import JSON

/// What a change of a basket answers: the basket's sums after it.
public struct BasketAnswer: JSONCodable, Hashable {
  public var basketID: BasketID
  /// The line or link that the command made or changed; nil where it concerns the whole basket.
  public var rowID: Int64?
  /// Sum of the lines without tax, before discounts.
  public var subtotal: Cents
  /// Without tax, after discounts.
  public var amount: Cents

  init(_ state: Basket.State, rowID: Int64? = nil) {
    basketID = state.basketID
    self.rowID = rowID
    subtotal = state.subtotal
    amount = state.amount
  }

  public init(from json: inout JSONObjectReader) throws {
    basketID = try json.id("basket_id")
    rowID = try json.optionalInt64("row_id")
    subtotal = try json.cents("subtotal")
    amount = try json.cents("amount")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("basket_id", basketID)
    json.field("row_id", rowID)
    json.field("subtotal", subtotal)
    json.field("amount", amount)
  }
}

extension DecisionSession {
  /// A basket as its owner sees it; another user's does not exist for him.
  mutating func basket(_ id: BasketID, of user: UserID) throws -> Basket.State {
    let state = try load(Basket.self, id)
    guard state.phase != .none, state.userID == user else { throw BasketRejection.notFound }
    return state
  }

  /// Decides on a user's basket and records what comes of it.
  mutating func change(_ id: BasketID, of user: UserID, by command: BasketCommand) throws -> Basket.State {
    try record(Basket.decide(command, basket(id, of: user), now: now), on: Basket.self, id)
    return try load(Basket.self, id)
  }
}

/// Gives a user a basket. Where he has an open one the append is refused with `AppendError.claimTaken`, which names it.
public struct OpenBasket: Command {
  /// New.
  public var basketID: BasketID
  public var userID: UserID
  public var websiteID: WebsiteID?

  public init(basketID: BasketID, userID: UserID, websiteID: WebsiteID? = nil) {
    self.basketID = basketID
    self.userID = userID
    self.websiteID = websiteID
  }

  public func decide(in session: inout DecisionSession) throws -> BasketAnswer {
    let state = try session.load(Basket.self, basketID, isNew: true)
    let events = try Basket.decide(.open(basketID, userID, websiteID), state, now: session.now)
    try session.record(events, on: Basket.self, basketID)
    if !events.isEmpty { session.claim(Basket.openClaim(userID, on: websiteID), for: Basket.stream(basketID)) }
    return BasketAnswer(try session.load(Basket.self, basketID))
  }
}

/// Puts a product into a basket; into one that does not exist yet, too: it is then opened in the same append.
/// Where the user has got another open basket meanwhile, the append is refused with `AppendError.claimTaken`, which names it.
public struct AddBasketItem: Command {
  /// The user's open basket by its claim, or a new id.
  public var basketID: BasketID
  public var userID: UserID
  public var websiteID: WebsiteID?
  /// New; used when the product has no line yet.
  public var itemID: BasketItemID
  public var productID: ProductID
  public var quantity: Int64
  /// From the copies; nil when they do not know the product.
  public var product: ProductFacts?

  public init(
    basketID: BasketID, userID: UserID, websiteID: WebsiteID? = nil, itemID: BasketItemID, productID: ProductID, quantity: Int64,
    product: ProductFacts?
  ) {
    self.basketID = basketID
    self.userID = userID
    self.websiteID = websiteID
    self.itemID = itemID
    self.productID = productID
    self.quantity = quantity
    self.product = product
  }

  public func decide(in session: inout DecisionSession) throws -> BasketAnswer {
    guard let product else { throw BasketRejection.productUnavailable(productID) }
    if try session.load(Basket.self, basketID).phase == .none {
      _ = try OpenBasket(basketID: basketID, userID: userID, websiteID: websiteID).decide(in: &session)
    }
    let state = try session.change(basketID, of: userID, by: .add(itemID: itemID, product, quantity: quantity))
    return BasketAnswer(state, rowID: state.lines.first { $0.productID == productID }?.itemID.rawValue)
  }
}

/// Sets the quantity of a line.
public struct ChangeBasketItemQuantity: Command {
  public var basketID: BasketID
  public var userID: UserID
  public var itemID: BasketItemID
  public var quantity: Int64
  /// The product's free stock by the copies; nil when they do not know it.
  public var stock: Int64?

  public init(basketID: BasketID, userID: UserID, itemID: BasketItemID, quantity: Int64, stock: Int64?) {
    self.basketID = basketID
    self.userID = userID
    self.itemID = itemID
    self.quantity = quantity
    self.stock = stock
  }

  public func decide(in session: inout DecisionSession) throws -> BasketAnswer {
    BasketAnswer(
      try session.change(basketID, of: userID, by: .changeQuantity(itemID, quantity: quantity, stock: stock)), rowID: itemID.rawValue)
  }
}

/// Takes a line out.
public struct RemoveBasketItem: Command {
  public var basketID: BasketID
  public var userID: UserID
  public var itemID: BasketItemID

  public init(basketID: BasketID, userID: UserID, itemID: BasketItemID) {
    self.basketID = basketID
    self.userID = userID
    self.itemID = itemID
  }

  public func decide(in session: inout DecisionSession) throws -> BasketAnswer {
    BasketAnswer(try session.change(basketID, of: userID, by: .remove(itemID, .customer)), rowID: itemID.rawValue)
  }
}

/// Puts a promo code on a basket. Nothing is claimed yet: that happens at checkout.
public struct ApplyPromoCode: Command {
  public var basketID: BasketID
  public var userID: UserID
  /// New.
  public var linkID: LinkID
  /// As the customer typed it.
  public var code: String

  public init(basketID: BasketID, userID: UserID, linkID: LinkID, code: String) {
    self.basketID = basketID
    self.userID = userID
    self.linkID = linkID
    self.code = code
  }

  public func decide(in session: inout DecisionSession) throws -> BasketAnswer {
    _ = try session.basket(basketID, of: userID)
    let code = PromoCode.normalized(code)
    guard !code.isEmpty, code.utf8.count <= 200 else { throw BasketRejection.codeUnknown(code: String(code.prefix(50))) }
    let promo = try session.load(PromoCode.self, code)
    // What was added as a code has terms; where they cannot be computed something is wrong here, which the customer is not told as
    // if he had typed it wrongly.
    guard let definition = promo.definition, let terms = try promo.terms(code: code, for: userID, except: nil, covered: nil) else {
      throw BasketRejection.codeUnknown(code: code)
    }
    let link = BasketCode(linkID: linkID, promoCodeID: definition.promoCodeID, code: code)
    return BasketAnswer(
      try session.change(basketID, of: userID, by: .applyCode(link, definition.applied, terms)), rowID: linkID.rawValue)
  }
}

/// Takes a promo code off a basket.
public struct TakeOffPromoCode: Command {
  public var basketID: BasketID
  public var userID: UserID
  public var linkID: LinkID

  public init(basketID: BasketID, userID: UserID, linkID: LinkID) {
    self.basketID = basketID
    self.userID = userID
    self.linkID = linkID
  }

  public func decide(in session: inout DecisionSession) throws -> BasketAnswer {
    BasketAnswer(try session.change(basketID, of: userID, by: .takeOffCode(linkID)), rowID: linkID.rawValue)
  }
}

/// Empties a basket of lines and codes.
public struct ClearBasket: Command {
  public var basketID: BasketID
  public var userID: UserID

  public init(basketID: BasketID, userID: UserID) {
    self.basketID = basketID
    self.userID = userID
  }

  public func decide(in session: inout DecisionSession) throws -> BasketAnswer {
    BasketAnswer(try session.change(basketID, of: userID, by: .clear))
  }
}

/// Deletes a basket: an administrator's wish, or its owner is gone.
public struct DeleteBasket: Command {
  public var basketID: BasketID

  public init(basketID: BasketID) {
    self.basketID = basketID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Basket.self, basketID)
    let events = try Basket.decide(.delete, state, now: session.now)
    try session.record(events, on: Basket.self, basketID)
    if !events.isEmpty { session.release(Basket.openClaim(state.userID, on: state.websiteID), from: Basket.stream(basketID)) }
    return NoAnswer()
  }
}
