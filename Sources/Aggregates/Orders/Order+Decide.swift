/// Who cancels an order.
public enum OrderCanceller: Sendable, Hashable {
  case customer(UserID)
  /// - Parameter returnOpen: whether the goods of a shipped order are on their way back.
  case administrator(UserID?, returnOpen: Bool)
  /// The buyer, by his right to withdraw from what has not come yet; no shop can refuse it because it has begun to pack. What is on its way is not
  /// cancelled but comes back.
  case withdrawal(UserID)
}

/// What is asked of an order.
public enum OrderCommand: Sendable, Hashable {
  case place(CheckoutStarted)
  case confirmStock
  case rejectStock
  case rejectPayment
  case confirm
  case recordPayment(Cents, transactionID: String)
  case failCapture
  case expire
  case cancel(OrderCanceller, comment: String?)
  case startProcessing(by: UserID?)
  case ship(by: UserID?)
  case deliver(by: UserID?)
  case recordRefund(RefundID, [RefundLine], Cents)
  case recordReturn([StockItem])

  public var action: OrderAction {
    switch self {
    case .place: .place
    case .confirmStock: .confirmStock
    case .rejectStock: .rejectStock
    case .rejectPayment: .rejectPayment
    case .confirm: .confirm
    case .recordPayment: .recordPayment
    case .failCapture: .failCapture
    case .expire: .expire
    case .cancel(.customer, _): .cancelByCustomer
    case .cancel(.administrator, _), .cancel(.withdrawal, _): .cancelByAdministrator
    case .startProcessing: .startProcessing
    case .ship: .ship
    case .deliver: .deliver
    case .recordRefund: .recordRefund
    case .recordReturn: .recordReturn
    }
  }
}

extension Order {
  /// The machine of the page on state machines: every command has an answer in every state. A command that has had its effect
  /// writes nothing and succeeds; one that the state does not take is refused with what it does take.
  public static func decide(_ command: OrderCommand, _ state: State) throws(OrderRejection) -> [OrderEvent] {
    guard let status = state.status else {
      guard case .place(let checkout) = command else { throw .notFound }
      return [.orderPlaced(OrderPlaced(checkout))]
    }
    if hadEffect(command, state) { return [] }
    guard allowed(state).contains(command.action) else {
      throw .wrongState(command.action, current: status, allowed: allowed(state))
    }
    switch command {
    case .place: return []
    case .confirmStock: return [.orderStockReserved(OrderStockReserved(orderID: state.orderID))]
    case .rejectStock: return [cancelled(state, .inventoryFailed)]
    case .rejectPayment: return [cancelled(state, .paymentFailed)]
    case .failCapture: return [cancelled(state, .captureFailed)]
    case .expire: return [cancelled(state, .expired)]
    case .confirm:
      return [
        .orderConfirmed(
          OrderConfirmed(
            orderID: state.orderID, orderNumber: state.orderNumber, userID: state.userID, previousStatus: status,
            basketID: state.basketID, codes: state.codes))
      ]
    case .recordPayment(let amount, let transactionID):
      return [
        .orderPaid(
          OrderPaid(
            orderID: state.orderID, orderNumber: state.orderNumber, userID: state.userID, paymentMethod: state.paymentMethod,
            amountPaid: amount, currency: Cents.currencyCode, transactionID: transactionID))
      ]
    case .cancel(let canceller, let comment): return [try cancel(canceller, comment, state, status)]
    case .startProcessing(let user):
      return [
        .orderProcessingStarted(
          OrderProcessingStarted(orderID: state.orderID, orderNumber: state.orderNumber, userID: state.userID, changedByID: user))
      ]
    case .ship(let user):
      return [
        .orderShipped(OrderShipped(orderID: state.orderID, orderNumber: state.orderNumber, userID: state.userID, changedByID: user))
      ]
    case .deliver(let user):
      return [
        .orderDelivered(
          OrderDelivered(orderID: state.orderID, orderNumber: state.orderNumber, userID: state.userID, changedByID: user))
      ]
    case .recordRefund(let id, let lines, let amount): return [try refund(id, lines, amount, state)]
    case .recordReturn(let items): return [try giveBack(items, state)]
    }
  }

  /// The commands that change an order in this state; what clients are told with a refusal.
  public static func allowed(_ state: State) -> [OrderAction] {
    guard let status = state.status else { return [.place] }
    let refunds: [OrderAction] = [.recordRefund]
    let payment: [OrderAction] = state.paid == nil ? [.recordPayment] : []
    switch status {
    case .pending:
      let next: [OrderAction] = state.isStockReserved ? [.rejectPayment, .confirm] : [.confirmStock, .rejectStock, .rejectPayment]
      return next + [.expire, .cancelByCustomer, .cancelByAdministrator]
    case .confirmed:
      // Stock that was lost between payment and confirmation cancels the order, too.
      let capture: [OrderAction] = state.paid == nil ? [.failCapture] : []
      return payment + capture + [.rejectStock, .cancelByCustomer, .cancelByAdministrator, .startProcessing] + refunds
    case .processing: return payment + [.cancelByAdministrator, .ship] + refunds
    case .shipped: return payment + [.cancelByAdministrator, .deliver] + refunds
    case .delivered: return payment + [.recordReturn] + refunds
    case .cancelled, .returned, .refunded: return refunds
    }
  }

  /// Whether the state is the one that the command leads to.
  private static func hadEffect(_ command: OrderCommand, _ state: State) -> Bool {
    switch command {
    case .place: true
    case .confirmStock: state.status == .pending && state.isStockReserved
    case .rejectStock: state.status == .cancelled && state.cancellation == .inventoryFailed
    case .rejectPayment: state.status == .cancelled && state.cancellation == .paymentFailed
    case .failCapture: state.status == .cancelled && state.cancellation == .captureFailed
    case .expire: state.status == .cancelled && state.cancellation == .expired
    case .confirm: state.status == .confirmed
    case .recordPayment(let amount, _): state.paid == amount && state.status != .cancelled
    case .cancel(.customer(let user), _): state.status == .cancelled && state.userID == user
    case .cancel(.administrator, _), .cancel(.withdrawal, _): state.status == .cancelled
    case .startProcessing: state.status == .processing
    case .ship: state.status == .shipped
    case .deliver: state.status == .delivered
    case .recordRefund(let id, _, _): state.refundIDs.contains(id)
    case .recordReturn: state.status == .returned
    }
  }

  private static func cancelled(
    _ state: State, _ reason: OrderCancellationReason, comment: String? = nil, by user: UserID? = nil
  ) -> OrderEvent {
    // Never more goes back than was paid, so the subtraction cannot overflow.
    let refund = Cents(rawValue: (state.paid ?? .zero).rawValue - state.refunded.rawValue)
    return .orderCancelled(
      OrderCancelled(
        orderID: state.orderID, orderNumber: state.orderNumber, userID: state.userID, items: state.stockItems,
        previousStatus: state.status ?? .pending, reason: reason, comment: comment, cancelledByID: user, refundRequired: refund > .zero,
        refundAmount: refund, basketID: state.basketID, attempt: state.attempt, codes: state.codes))
  }

  private static func cancel(
    _ canceller: OrderCanceller, _ comment: String?, _ state: State, _ status: OrderStatusName
  ) throws(OrderRejection) -> OrderEvent {
    if let comment, comment.count > 1_000 { throw .invalid(field: "reason", reason: "has at most 1000 characters") }
    switch canceller {
    case .customer(let user):
      guard user == state.userID else { throw .notFound }
      return cancelled(state, .customer, comment: comment, by: user)
    case .administrator(let user, let returnOpen):
      if status == .shipped, !returnOpen { throw .returnNeeded }
      if comment?.contains(where: { !$0.isWhitespace }) != true { throw .reasonNeeded }
      return cancelled(state, .administrator, comment: comment, by: user)
    case .withdrawal(let user):
      guard user == state.userID else { throw .notFound }
      if status == .shipped { throw .returnNeeded }
      return cancelled(state, .withdrawal, comment: comment, by: user)
    }
  }

  private static func refund(
    _ id: RefundID, _ lines: [RefundLine], _ amount: Cents, _ state: State
  ) throws(OrderRejection) -> OrderEvent {
    let paid = state.paid ?? .zero
    let refundable = Cents(rawValue: paid.rawValue - state.refunded.rawValue)
    guard amount > .zero, amount <= refundable else { throw .refundTooLarge(refundable: refundable) }
    let all = Cents(rawValue: state.refunded.rawValue + amount.rawValue)
    return .orderRefunded(
      OrderRefunded(
        orderID: state.orderID, orderNumber: state.orderNumber, userID: state.userID, refundID: id, lines: lines, amount: amount,
        refundedInAll: all, complete: all == paid))
  }

  private static func giveBack(_ items: [StockItem], _ state: State) throws(OrderRejection) -> OrderEvent {
    let bought = Dictionary(state.stockItems.map { ($0.productID, $0.quantity) }) { $1 }
    var returned = state.returned
    guard !items.isEmpty else { throw .invalid(field: "lines", reason: "names at least one product") }
    for item in items {
      let returnable = bought[item.productID, default: 0] - returned[item.productID, default: 0]
      guard item.quantity >= 1, item.quantity <= returnable else { throw .returnTooLarge(item.productID, returnable: returnable) }
      returned[item.productID, default: 0] += item.quantity
    }
    return .orderReturned(
      OrderReturned(
        orderID: state.orderID, orderNumber: state.orderNumber, userID: state.userID, lines: items, complete: returned == bought))
  }
}

extension OrderPlaced {
  init(_ checkout: CheckoutStarted) {
    self.init(
      orderID: checkout.orderID, orderNumber: checkout.orderNumber, userID: checkout.userID, basketID: checkout.basketID,
      attempt: checkout.attempt, websiteID: checkout.websiteID, billingAddressID: checkout.billingAddressID,
      shippingAddressID: checkout.shippingAddressID, paymentMethod: checkout.paymentMethod, lines: checkout.lines,
      codes: checkout.codes, totals: checkout.totals,
      personal: checkout.personal.map { Personal(notes: $0.notes, paymentToken: $0.paymentToken) })
  }
}
