public import EventSourcing
public import JSON

/// What an order's command answers.
public struct OrderAnswer: JSONCodable, Hashable {
  public var orderID: OrderID
  public var orderNumber: String
  /// After the command.
  public var status: OrderStatusName
  public var cancellationReason: OrderCancellationReason?

  init(_ state: Order.State) {
    orderID = state.orderID
    orderNumber = state.orderNumber
    status = state.status ?? .pending
    cancellationReason = state.cancellation
  }

  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    orderNumber = try json.string("order_number")
    status = try json.name("status")
    cancellationReason = try json.optionalString("cancellation_reason").flatMap(OrderCancellationReason.init(rawValue:))
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("order_number", orderNumber)
    json.field("status", name: status)
    json.field("cancellation_reason", cancellationReason?.rawValue)
  }
}

/// Turns a frozen basket into a pending order, and gives the user's claim to an open basket back. No rule refuses it.
///
/// Its id derives from basket and attempt, so the route that sends it at once and the process manager that sends it again
/// make one order.
public struct PlaceOrder: Command {
  public var basketID: BasketID
  public var attempt: Int
  /// How long the stock may stay silent.
  public var stockTimeout: Duration

  public init(basketID: BasketID, attempt: Int, stockTimeout: Duration = CheckoutTimeouts().stock) {
    self.basketID = basketID
    self.attempt = attempt
    self.stockTimeout = stockTimeout
  }

  /// The one id of this command for a checkout.
  public var commandID: CommandID {
    CommandID(derivedFrom: "basket-\(basketID)/\(attempt)", purpose: "place-order")
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    let basket = try session.load(Basket.self, basketID)
    guard let checkout = basket.checkout, checkout.attempt == attempt else { throw OrderRejection.noSuchCheckout }
    let order = try session.load(Order.self, checkout.orderID, isNew: true)
    let events = try Order.decide(.place(checkout), order)
    try session.record(events, on: Order.self, checkout.orderID)
    if !events.isEmpty {
      session.release(Basket.openClaim(checkout.userID, on: checkout.websiteID), from: Basket.stream(basketID))
      session.waitForStock(checkout.orderID, stockTimeout)
    }
    return OrderAnswer(try session.load(Order.self, checkout.orderID))
  }
}
