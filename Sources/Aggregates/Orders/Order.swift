public import EventSourcing

/// An order and its visible status. Three questions are kept apart inside: is its stock held, is it paid, is it shipped.
///
/// ```
/// – ──▶ pending ──▶ confirmed ──▶ processing ──▶ shipped ──▶ delivered ──▶ returned
///          └────────────┴──────────────┴────────────┴──▶ cancelled      └──▶ refunded (when all that was paid has gone back)
/// ```
public enum Order: Aggregate {
  public static let category = "order"

  /// A line as far as refunds and returns need it.
  public struct Line: Sendable, Hashable {
    public var orderItemID: OrderItemID
    public var productID: ProductID
    public var quantity: Int64
    /// After discount, without tax.
    public var netHT: Cents
    public var vat: Cents
  }

  public struct State: Sendable {
    /// Nil: no such order.
    public internal(set) var status: OrderStatusName?
    public internal(set) var orderID = OrderID(0)
    public internal(set) var orderNumber = ""
    public internal(set) var userID = UserID(0)
    public internal(set) var basketID = BasketID(0)
    public internal(set) var websiteID: WebsiteID?
    /// The checkout attempt of the basket.
    public internal(set) var attempt = 1
    public internal(set) var paymentMethod = PaymentMethod.card
    public internal(set) var lines: [Line] = []
    /// The codes whose uses count for this order.
    public internal(set) var codes: [String] = []
    public internal(set) var totalTTC = Cents.zero
    /// Only while the subject's key exists.
    public internal(set) var paymentToken: String?
    public internal(set) var isStockReserved = false
    public internal(set) var isConfirmed = false
    public internal(set) var cancellation: OrderCancellationReason?
    /// What was captured, with tax; nil: nothing yet.
    public internal(set) var paid: Cents?
    public internal(set) var refunded = Cents.zero
    public internal(set) var refundIDs: Set<RefundID> = []
    /// Units that came back, by product.
    public internal(set) var returned: [ProductID: Int64] = [:]
    public internal(set) var isImported = false
    public internal(set) var isDeleted = false

    /// Each product once with all its units, by id: the order in which stock is touched everywhere.
    public var stockItems: [StockItem] {
      var quantities: [ProductID: Int64] = [:]
      for line in lines { quantities[line.productID, default: 0] += line.quantity }
      return quantities.sorted { $0.key < $1.key }.map { StockItem(productID: $0.key, quantity: $0.value) }
    }
  }

  public static let initialState = State()

  public static func evolve(_ state: inout State, _ event: OrderEvent) {
    switch event {
    case .orderPlaced(let event):
      state.status = .pending
      state.orderID = event.orderID
      state.orderNumber = event.orderNumber
      state.userID = event.userID
      state.basketID = event.basketID
      state.websiteID = event.websiteID
      state.attempt = event.attempt
      state.paymentMethod = event.paymentMethod
      state.lines = event.lines.map {
        // What is left and its VAT make up the line's total, so the subtraction cannot overflow.
        Line(
          orderItemID: $0.orderItemID, productID: $0.productID, quantity: $0.quantity,
          netHT: Cents(rawValue: $0.totalHT.rawValue - $0.discount.rawValue), vat: $0.vat)
      }
      state.codes = event.codes.map(\.code)
      state.totalTTC = event.totals.totalTTC
      state.paymentToken = event.personal?.paymentToken
    case .orderStockReserved: state.isStockReserved = true
    case .orderConfirmed:
      state.status = .confirmed
      state.isConfirmed = true
      state.paymentToken = nil
    case .orderPaid(let event): state.paid = event.amountPaid
    case .orderCancelled(let event):
      state.status = .cancelled
      state.cancellation = event.reason
      state.paymentToken = nil
    case .orderProcessingStarted: state.status = .processing
    case .orderShipped: state.status = .shipped
    case .orderDelivered: state.status = .delivered
    case .orderRefunded(let event):
      state.refunded = event.refundedInAll
      state.refundIDs.insert(event.refundID)
      if event.complete { state.status = .refunded }
    case .orderReturned(let event):
      for item in event.lines { state.returned[item.productID, default: 0] += item.quantity }
      if event.complete { state.status = .returned }
    case .orderNoted: break
    case .orderDeleted: state.isDeleted = true
    case .orderImported(let event):
      state.status = .delivered
      state.isImported = true
      state.orderID = event.orderID
      state.orderNumber = event.orderNumber
      state.userID = event.userID
      state.totalTTC = event.totalTTC
      state.paid = event.totalTTC
    }
  }
}

extension Order: WebsiteOwned {
  public static func isForeign(_ state: State, to websiteID: WebsiteID?) -> Bool { state.status != nil && state.websiteID != websiteID }
}
