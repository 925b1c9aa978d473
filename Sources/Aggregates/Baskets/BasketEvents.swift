public import EventSourcing
public import JSON

/// Why a line left a basket.
public enum ItemRemovalReason: String, Sendable, Hashable, CaseIterable {
  case customer
  case productDeleted = "product_deleted"
  case outOfStock = "out_of_stock"
}

/// How an order is paid.
public enum PaymentMethod: String, Sendable, Hashable, CaseIterable {
  case card, transfer
}

/// What happens to a basket (stream `basket-<id>`).
public enum BasketEvent: AggregateEvent {
  case basketOpened(BasketOpened)
  case basketItemAdded(BasketItemAdded)
  case basketItemQuantityChanged(BasketItemQuantityChanged)
  case basketItemRemoved(BasketItemRemoved)
  case promoCodeApplied(PromoCodeApplied)
  case promoCodeTakenOff(PromoCodeTakenOff)
  case basketCleared(BasketCleared)
  case checkoutStarted(CheckoutStarted)
  case basketReopened(BasketReopened)
  case basketMerged(BasketMerged)
  case basketDeleted(BasketDeleted)

  public static let decoder = EventDecoder<BasketEvent>([
    EventCase(BasketOpened.self, BasketEvent.basketOpened),
    EventCase(BasketItemAdded.self, BasketEvent.basketItemAdded),
    EventCase(BasketItemQuantityChanged.self, BasketEvent.basketItemQuantityChanged),
    EventCase(BasketItemRemoved.self, BasketEvent.basketItemRemoved),
    EventCase(PromoCodeApplied.self, BasketEvent.promoCodeApplied),
    EventCase(PromoCodeTakenOff.self, BasketEvent.promoCodeTakenOff),
    EventCase(BasketCleared.self, BasketEvent.basketCleared),
    EventCase(CheckoutStarted.self, BasketEvent.checkoutStarted),
    EventCase(BasketReopened.self, BasketEvent.basketReopened),
    EventCase(BasketMerged.self, BasketEvent.basketMerged),
    EventCase(BasketDeleted.self, BasketEvent.basketDeleted),
  ])

  public var payload: any EventPayload {
    switch self {
    case .basketOpened(let event): event
    case .basketItemAdded(let event): event
    case .basketItemQuantityChanged(let event): event
    case .basketItemRemoved(let event): event
    case .promoCodeApplied(let event): event
    case .promoCodeTakenOff(let event): event
    case .basketCleared(let event): event
    case .checkoutStarted(let event): event
    case .basketReopened(let event): event
    case .basketMerged(let event): event
    case .basketDeleted(let event): event
    }
  }
}

/// A user has a basket.
public struct BasketOpened: Hashable, Sendable {
  public static let type = EventType("BasketOpened", .public)

  public var basketID: BasketID
  public var userID: UserID
  public var websiteID: WebsiteID?
}

extension BasketOpened: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    basketID = try json.id("basket_id")
    userID = try json.id("user_id")
    websiteID = try json.optionalID("website_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("basket_id", basketID)
    json.field("user_id", userID)
    json.field("website_id", websiteID)
  }
}

/// A product came in, or more of it; the line holds the new quantity in all.
public struct BasketItemAdded: Hashable, Sendable {
  public static let type = EventType("BasketItemAdded", .public)

  public var basketID: BasketID
  public var userID: UserID
  public var itemID: BasketItemID
  public var productID: ProductID
  /// Of the line, after the addition.
  public var quantity: Int64
  public var added: Int64
  /// Unit price without tax.
  public var priceHT: Cents
  /// Sum of the lines without tax, before discounts.
  public var subtotal: Cents
  /// Without tax, after discounts.
  public var amount: Cents
}

extension BasketItemAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    basketID = try json.id("basket_id")
    userID = try json.id("user_id")
    itemID = try json.id("item_id")
    productID = try json.id("product_id")
    quantity = try json.int64("quantity")
    added = try json.int64("added")
    priceHT = try json.cents("price_ht")
    subtotal = try json.cents("subtotal")
    amount = try json.cents("amount")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("basket_id", basketID)
    json.field("user_id", userID)
    json.field("item_id", itemID)
    json.field("product_id", productID)
    json.field("quantity", quantity)
    json.field("added", added)
    json.field("price_ht", priceHT)
    json.field("subtotal", subtotal)
    json.field("amount", amount)
  }
}

/// A line has another quantity or unit price.
public struct BasketItemQuantityChanged: Hashable, Sendable {
  public static let type = EventType("BasketItemQuantityChanged", .public)

  public var basketID: BasketID
  public var userID: UserID
  public var itemID: BasketItemID
  public var productID: ProductID
  public var quantity: Int64
  public var priceHT: Cents
  /// Sum of the lines without tax, before discounts.
  public var subtotal: Cents
  /// Without tax, after discounts.
  public var amount: Cents
}

extension BasketItemQuantityChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    basketID = try json.id("basket_id")
    userID = try json.id("user_id")
    itemID = try json.id("item_id")
    productID = try json.id("product_id")
    quantity = try json.int64("quantity")
    priceHT = try json.cents("price_ht")
    subtotal = try json.cents("subtotal")
    amount = try json.cents("amount")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("basket_id", basketID)
    json.field("user_id", userID)
    json.field("item_id", itemID)
    json.field("product_id", productID)
    json.field("quantity", quantity)
    json.field("price_ht", priceHT)
    json.field("subtotal", subtotal)
    json.field("amount", amount)
  }
}

/// A line is gone.
public struct BasketItemRemoved: Hashable, Sendable {
  public static let type = EventType("BasketItemRemoved", .public)

  public var basketID: BasketID
  public var userID: UserID
  public var itemID: BasketItemID
  public var productID: ProductID
  public var quantity: Int64
  public var reason: ItemRemovalReason
  /// Sum of the lines without tax, before discounts.
  public var subtotal: Cents
  /// Without tax, after discounts.
  public var amount: Cents
}

extension BasketItemRemoved: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    basketID = try json.id("basket_id")
    userID = try json.id("user_id")
    itemID = try json.id("item_id")
    productID = try json.id("product_id")
    quantity = try json.int64("quantity")
    reason = try json.name("reason")
    subtotal = try json.cents("subtotal")
    amount = try json.cents("amount")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("basket_id", basketID)
    json.field("user_id", userID)
    json.field("item_id", itemID)
    json.field("product_id", productID)
    json.field("quantity", quantity)
    json.field("reason", name: reason)
    json.field("subtotal", subtotal)
    json.field("amount", amount)
  }
}

/// A code stands on the basket.
public struct PromoCodeApplied: Hashable, Sendable {
  public static let type = EventType("PromoCodeApplied", .public)

  public var basketID: BasketID
  public var userID: UserID
  /// Row of `basket_promo_code`.
  public var linkID: LinkID
  public var promoCodeID: PromoCodeID
  public var code: String
  public var terms: AppliedCode
  /// Sum of the lines without tax, before discounts.
  public var subtotal: Cents
  /// Without tax, after discounts.
  public var amount: Cents
}

extension PromoCodeApplied: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    basketID = try json.id("basket_id")
    userID = try json.id("user_id")
    linkID = try json.id("link_id")
    promoCodeID = try json.id("promo_code_id")
    code = try json.string("code")
    terms = try json.object("terms") { try AppliedCode(from: &$0) }
    subtotal = try json.cents("subtotal")
    amount = try json.cents("amount")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("basket_id", basketID)
    json.field("user_id", userID)
    json.field("link_id", linkID)
    json.field("promo_code_id", promoCodeID)
    json.field("code", code)
    json.object("terms") { terms.encode(to: &$0) }
    json.field("subtotal", subtotal)
    json.field("amount", amount)
  }
}

/// A code no longer stands on the basket.
public struct PromoCodeTakenOff: Hashable, Sendable {
  public static let type = EventType("PromoCodeTakenOff", .public)

  public var basketID: BasketID
  public var userID: UserID
  public var linkID: LinkID
  public var promoCodeID: PromoCodeID
  public var code: String
  /// Sum of the lines without tax, before discounts.
  public var subtotal: Cents
  /// Without tax, after discounts.
  public var amount: Cents
}

extension PromoCodeTakenOff: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    basketID = try json.id("basket_id")
    userID = try json.id("user_id")
    linkID = try json.id("link_id")
    promoCodeID = try json.id("promo_code_id")
    code = try json.string("code")
    subtotal = try json.cents("subtotal")
    amount = try json.cents("amount")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("basket_id", basketID)
    json.field("user_id", userID)
    json.field("link_id", linkID)
    json.field("promo_code_id", promoCodeID)
    json.field("code", code)
    json.field("subtotal", subtotal)
    json.field("amount", amount)
  }
}

/// Lines and codes are gone, at the owner's wish.
public struct BasketCleared: Hashable, Sendable {
  public static let type = EventType("BasketCleared", .public)

  public var basketID: BasketID
  public var userID: UserID
}

extension BasketCleared: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    basketID = try json.id("basket_id")
    userID = try json.id("user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("basket_id", basketID)
    json.field("user_id", userID)
  }
}

/// The basket was deleted by an administrator or with its owner.
public struct BasketDeleted: Hashable, Sendable {
  public static let type = EventType("BasketDeleted", .public)

  public var basketID: BasketID
  public var userID: UserID
}

extension BasketDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    basketID = try json.id("basket_id")
    userID = try json.id("user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("basket_id", basketID)
    json.field("user_id", userID)
  }
}
