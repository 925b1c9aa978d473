public import EventSourcing

extension DecisionSession {
  /// Decides on an order and records what comes of it.
  mutating func change(order id: OrderID, by command: OrderCommand) throws -> [OrderEvent] {
    let events = try Order.decide(command, load(Order.self, id))
    try record(events, on: Order.self, id)
    return events
  }

  /// Decides on a payment and records what comes of it.
  mutating func change(payment order: OrderID, by command: PaymentCommand) throws -> [PaymentEvent] {
    let events = try Payment.decide(command, load(Payment.self, order))
    try record(events, on: Payment.self, order)
    return events
  }

  mutating func answer(order id: OrderID) throws -> OrderAnswer {
    OrderAnswer(try load(Order.self, id))
  }
}

/// The stock is held: the payment is asked for. One append.
public struct ConfirmStock: Command {
  public var orderID: OrderID
  /// New.
  public var paymentID: PaymentID
  /// The name of the payment adapter.
  public var provider: String
  /// How long the provider may stay silent.
  public var authorisationTimeout: Duration

  public init(
    orderID: OrderID, paymentID: PaymentID, provider: String, authorisationTimeout: Duration = CheckoutTimeouts().authorisation
  ) {
    self.orderID = orderID
    self.paymentID = paymentID
    self.provider = provider
    self.authorisationTimeout = authorisationTimeout
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    guard try !session.change(order: orderID, by: .confirmStock).isEmpty else { return try session.answer(order: orderID) }
    let order = try session.load(Order.self, orderID)
    let payment = try session.load(Payment.self, orderID, isNew: true)
    let request = PaymentRequested(
      paymentID: paymentID, orderID: orderID, attempt: 1, userID: order.userID, amount: order.totalTTC, currency: Cents.currencyCode,
      method: order.paymentMethod, provider: provider, personal: order.paymentToken.map { PaymentRequested.Personal(token: $0) })
    try session.record(Payment.decide(.request(request), payment), on: Payment.self, orderID)
    session.cancelTimer(CheckoutTimer.stockName(orderID))
    session.waitForAuthorisation(orderID, authorisationTimeout)
    return try session.answer(order: orderID)
  }
}

/// The stock was refused, or stayed silent too long.
public struct RejectStock: Command {
  public var orderID: OrderID

  public init(orderID: OrderID) {
    self.orderID = orderID
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    if try !session.change(order: orderID, by: .rejectStock).isEmpty { session.cancelCheckoutTimers(orderID) }
    return try session.answer(order: orderID)
  }
}

/// The hold on the stock has run out before the order was paid.
public struct ExpireOrder: Command {
  public var orderID: OrderID

  public init(orderID: OrderID) {
    self.orderID = orderID
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    if try !session.change(order: orderID, by: .expire).isEmpty { session.cancelCheckoutTimers(orderID) }
    return try session.answer(order: orderID)
  }
}

/// A customer or an administrator cancels an order.
public struct CancelOrder: Command {
  public var orderID: OrderID
  public var canceller: OrderCanceller
  /// Why, in his own words; an administrator must say.
  public var comment: String?

  public init(orderID: OrderID, canceller: OrderCanceller, comment: String? = nil) {
    self.orderID = orderID
    self.canceller = canceller
    self.comment = comment
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    if case .customer(let user) = canceller {
      let order = try session.load(Order.self, orderID)
      guard order.status != nil, order.userID == user else { throw OrderRejection.notFound }
    }
    if try !session.change(order: orderID, by: .cancel(canceller, comment: comment)).isEmpty {
      session.cancelCheckoutTimers(orderID)
    }
    return try session.answer(order: orderID)
  }
}

/// Staff moves an order on by hand, or a delivery does.
public struct AdvanceOrder: Command {
  public enum Step: String, Sendable, Hashable, CaseIterable {
    case processing, shipped, delivered
  }

  public var orderID: OrderID
  public var step: Step
  /// Nil for the system.
  public var by: UserID?

  public init(orderID: OrderID, step: Step, by: UserID? = nil) {
    self.orderID = orderID
    self.step = step
    self.by = by
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    let command: OrderCommand =
      switch step {
      case .processing: .startProcessing(by: by)
      case .shipped: .ship(by: by)
      case .delivered: .deliver(by: by)
      }
    _ = try session.change(order: orderID, by: command)
    return try session.answer(order: orderID)
  }
}

/// Goods of an order came back.
public struct RecordOrderReturn: Command {
  public var orderID: OrderID
  public var items: [StockItem]

  public init(orderID: OrderID, items: [StockItem]) {
    self.orderID = orderID
    self.items = items
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    _ = try session.change(order: orderID, by: .recordReturn(items))
    return try session.answer(order: orderID)
  }
}

/// Staff changes an order's notes.
public struct NoteOrder: Command {
  public var orderID: OrderID
  /// At most 1,000 characters; nil empties them.
  public var notes: String?

  public init(orderID: OrderID, notes: String?) {
    self.orderID = orderID
    self.notes = notes
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    if let notes, notes.count > 1_000 { throw OrderRejection.invalid(field: "notes", reason: "has at most 1000 characters") }
    let order = try session.load(Order.self, orderID)
    guard order.status != nil, !order.isDeleted else { throw OrderRejection.notFound }
    let noted = OrderNoted(orderID: orderID, userID: order.userID, personal: OrderNoted.Personal(notes: notes))
    try session.record([.orderNoted(noted)], on: Order.self, orderID)
    return OrderAnswer(order)
  }
}

/// An administrator takes an order out of the lists; it stays for accounting.
public struct DeleteOrder: Command {
  public var orderID: OrderID

  public init(orderID: OrderID) {
    self.orderID = orderID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let order = try session.load(Order.self, orderID)
    guard order.status != nil else { throw OrderRejection.notFound }
    guard !order.isDeleted else { return NoAnswer() }
    let deleted = OrderDeleted(orderID: orderID, orderNumber: order.orderNumber, userID: order.userID)
    try session.record([.orderDeleted(deleted)], on: Order.self, orderID)
    return NoAnswer()
  }
}
