public import EventSourcing
public import JSON

/// Turns an open basket into an order to be placed: prices, rates and names are fixed, codes claimed, the basket frozen; one append.
///
/// A second checkout of a frozen basket answers the order that came of the first, so a double click makes one order.
public struct StartCheckout: Command {
  public var basketID: BasketID
  public var userID: UserID
  /// New, and used only by the checkout that freezes the basket.
  public var orderID: OrderID
  /// New.
  public var orderNumber: String
  /// The first of `orderItemIDCount` consecutive new ids.
  public var firstOrderItemID: OrderItemID
  public var orderItemIDCount: Int
  public var billingAddressID: AddressID
  /// Nil: the billing address.
  public var shippingAddressID: AddressID?
  /// Those of the two addresses that exist and are the user's, by the copies.
  public var ownAddressIDs: Set<AddressID>
  public var paymentMethod: PaymentMethod
  /// What the provider gave the client for a card.
  public var paymentToken: String?
  public var notes: String?
  /// The basket's products by the copies; those they do not know are missing.
  public var products: [ProductID: ProductFacts]
  /// The log position that the copies had when they were read.
  public var copiesPosition: Position

  public init(
    basketID: BasketID, userID: UserID, orderID: OrderID, orderNumber: String, firstOrderItemID: OrderItemID, orderItemIDCount: Int,
    billingAddressID: AddressID, shippingAddressID: AddressID? = nil, ownAddressIDs: Set<AddressID>,
    paymentMethod: PaymentMethod = .card, paymentToken: String?, notes: String? = nil, products: [ProductID: ProductFacts],
    copiesPosition: Position
  ) {
    self.basketID = basketID
    self.userID = userID
    self.orderID = orderID
    self.orderNumber = orderNumber
    self.firstOrderItemID = firstOrderItemID
    self.orderItemIDCount = orderItemIDCount
    self.billingAddressID = billingAddressID
    self.shippingAddressID = shippingAddressID
    self.ownAddressIDs = ownAddressIDs
    self.paymentMethod = paymentMethod
    self.paymentToken = paymentToken
    self.notes = notes
    self.products = products
    self.copiesPosition = copiesPosition
  }

  /// The block of order item ids is too small, or the products were read for other lines: prepare again.
  public struct Unprepared: Error, Hashable {
    /// How many order item ids are needed.
    public var orderItemIDs: Int
    /// Every product of the basket.
    public var productIDs: [ProductID]
  }

  public struct Answer: JSONCodable, Hashable {
    public var basketID: BasketID
    public var attempt: Int
    public var orderID: OrderID
    public var orderNumber: String
    /// With tax.
    public var totalTTC: Cents

    init(_ event: CheckoutStarted) {
      basketID = event.basketID
      attempt = event.attempt
      orderID = event.orderID
      orderNumber = event.orderNumber
      totalTTC = event.totals.totalTTC
    }

    public init(from json: inout JSONObjectReader) throws {
      basketID = try json.id("basket_id")
      attempt = try json.int("attempt")
      orderID = try json.id("order_id")
      orderNumber = try json.string("order_number")
      totalTTC = try json.cents("total_ttc")
    }

    public func encode(to json: inout JSONWriter) {
      json.field("basket_id", basketID)
      json.field("attempt", attempt)
      json.field("order_id", orderID)
      json.field("order_number", orderNumber)
      json.field("total_ttc", totalTTC)
    }
  }

  public func decide(in session: inout DecisionSession) throws -> Answer {
    let basket = try session.basket(basketID, of: userID)
    switch basket.phase {
    case .checkingOut:
      if let checkout = basket.checkout { return Answer(checkout) }
      throw BasketRejection.notFound
    case .none, .merged, .deleted: throw BasketRejection.notFound
    case .open: break
    }
    guard !basket.lines.isEmpty else { throw BasketRejection.empty }
    guard basket.lines.count <= orderItemIDCount else {
      throw Unprepared(orderItemIDs: basket.lines.count, productIDs: basket.lines.map(\.productID))
    }
    try checkRequest()
    let facts = try basket.lines.map { line in try checkedProduct(of: line, in: basket) }
    let started = try priced(basket, facts, in: &session)
    // Codes that give nothing are not used up.
    for code in started.codes { try claim(code.code, in: &session) }
    try session.record([.checkoutStarted(started)], on: Basket.self, basketID)
    session.claim("order-number:\(orderNumber)", for: StreamName(category: "order", id: orderID))
    return Answer(started)
  }
}
