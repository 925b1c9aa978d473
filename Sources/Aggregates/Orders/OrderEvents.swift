public import EventSourcing
public import JSON

/// Why an order was cancelled.
public enum OrderCancellationReason: String, Sendable, Hashable, CaseIterable {
  case customer, administrator
  case inventoryFailed = "inventory_failed"
  case paymentFailed = "payment_failed"
  case captureFailed = "capture_failed"
  case expired, withdrawal
}

/// What happens to an order (stream `order-<id>`).
public enum OrderEvent: AggregateEvent {
  case orderPlaced(OrderPlaced)
  case orderStockReserved(OrderStockReserved)
  case orderConfirmed(OrderConfirmed)
  case orderPaid(OrderPaid)
  case orderCancelled(OrderCancelled)
  case orderProcessingStarted(OrderProcessingStarted)
  case orderShipped(OrderShipped)
  case orderDelivered(OrderDelivered)
  case orderRefunded(OrderRefunded)
  case orderReturned(OrderReturned)
  case orderNoted(OrderNoted)
  case orderDeleted(OrderDeleted)
  case orderImported(OrderImported)

  public static let decoder = EventDecoder<OrderEvent>([
    EventCase(OrderPlaced.self, OrderEvent.orderPlaced),
    EventCase(OrderStockReserved.self, OrderEvent.orderStockReserved),
    EventCase(OrderConfirmed.self, OrderEvent.orderConfirmed),
    EventCase(OrderPaid.self, OrderEvent.orderPaid),
    EventCase(OrderCancelled.self, OrderEvent.orderCancelled),
    EventCase(OrderProcessingStarted.self, OrderEvent.orderProcessingStarted),
    EventCase(OrderShipped.self, OrderEvent.orderShipped),
    EventCase(OrderDelivered.self, OrderEvent.orderDelivered),
    EventCase(OrderRefunded.self, OrderEvent.orderRefunded),
    EventCase(OrderReturned.self, OrderEvent.orderReturned),
    EventCase(OrderNoted.self, OrderEvent.orderNoted),
    EventCase(OrderDeleted.self, OrderEvent.orderDeleted),
    EventCase(OrderImported.self, OrderEvent.orderImported),
  ])

  public var payload: any EventPayload {
    switch self {
    case .orderPlaced(let event): event
    case .orderStockReserved(let event): event
    case .orderConfirmed(let event): event
    case .orderPaid(let event): event
    case .orderCancelled(let event): event
    case .orderProcessingStarted(let event): event
    case .orderShipped(let event): event
    case .orderDelivered(let event): event
    case .orderRefunded(let event): event
    case .orderReturned(let event): event
    case .orderNoted(let event): event
    case .orderDeleted(let event): event
    case .orderImported(let event): event
    }
  }
}

/// A frozen basket became an order, pending.
public struct OrderPlaced: Hashable, Sendable {
  public static let type = EventType("OrderPlaced", .public)

  public var orderID: OrderID
  public var orderNumber: String
  public var userID: UserID
  public var basketID: BasketID
  public var attempt: Int
  public var websiteID: WebsiteID?
  public var billingAddressID: AddressID
  public var shippingAddressID: AddressID?
  public var paymentMethod: PaymentMethod
  public var lines: [CheckoutLine]
  public var codes: [CheckoutCode]
  public var totals: CheckoutTotals
  public var personal: Personal?

  public var subject: SubjectID { userID.subject }

  public struct Personal: Hashable, Sendable {
    public var notes: String?
    public var paymentToken: String?
  }
}

extension OrderPlaced: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    orderNumber = try json.string("order_number")
    userID = try json.id("user_id")
    basketID = try json.id("basket_id")
    attempt = try json.int("attempt")
    websiteID = try json.optionalID("website_id")
    billingAddressID = try json.id("billing_address_id")
    shippingAddressID = try json.optionalID("shipping_address_id")
    paymentMethod = try json.name("payment_method")
    lines = try json.array("lines") { try CheckoutLine(from: &$0) }
    codes = try json.array("codes") { try CheckoutCode(from: &$0) }
    totals = try json.object("totals") { try CheckoutTotals(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("order_number", orderNumber)
    json.field("user_id", userID)
    json.field("basket_id", basketID)
    json.field("attempt", attempt)
    json.field("website_id", websiteID)
    json.field("billing_address_id", billingAddressID)
    json.field("shipping_address_id", shippingAddressID)
    json.field("payment_method", name: paymentMethod)
    json.array("lines", lines) { $1.encode(to: &$0) }
    json.array("codes", codes) { $1.encode(to: &$0) }
    json.object("totals") { totals.encode(to: &$0) }
  }
}

extension OrderPlaced.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    notes = try json.optionalString("notes")
    paymentToken = try json.optionalString("payment_token")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("notes", notes)
    json.field("payment_token", paymentToken)
  }
}

/// All lines are held in stock.
public struct OrderStockReserved: Hashable, Sendable {
  public static let type = EventType("OrderStockReserved", .private)

  public var orderID: OrderID
}

extension OrderStockReserved: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
  }
}

/// Stock is held and payment authorised.
public struct OrderConfirmed: Hashable, Sendable {
  public static let type = EventType("OrderConfirmed", .public)

  public var orderID: OrderID
  public var orderNumber: String
  public var userID: UserID
  public var previousStatus: OrderStatusName
  public var basketID: BasketID
  /// The codes whose uses become final.
  public var codes: [String]
}

extension OrderConfirmed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    orderNumber = try json.string("order_number")
    userID = try json.id("user_id")
    previousStatus = try json.name("previous_status")
    basketID = try json.id("basket_id")
    codes = try json.stringArray("codes")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("order_number", orderNumber)
    json.field("user_id", userID)
    json.field("previous_status", name: previousStatus)
    json.field("basket_id", basketID)
    json.field("codes", codes)
  }
}

/// The payment was captured.
public struct OrderPaid: Hashable, Sendable {
  public static let type = EventType("OrderPaid", .public)

  public var orderID: OrderID
  public var orderNumber: String
  public var userID: UserID
  public var paymentMethod: PaymentMethod
  public var amountPaid: Cents
  public var currency: String
  public var transactionID: String
}

extension OrderPaid: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    orderNumber = try json.string("order_number")
    userID = try json.id("user_id")
    paymentMethod = try json.name("payment_method")
    amountPaid = try json.cents("amount_paid")
    currency = try json.string("currency")
    transactionID = try json.string("transaction_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("order_number", orderNumber)
    json.field("user_id", userID)
    json.field("payment_method", name: paymentMethod)
    json.field("amount_paid", amountPaid)
    json.field("currency", currency)
    json.field("transaction_id", transactionID)
  }
}

/// The order will not be carried out.
public struct OrderCancelled: Hashable, Sendable {
  public static let type = EventType("OrderCancelled", .public)

  public var orderID: OrderID
  public var orderNumber: String
  public var userID: UserID
  public var items: [StockItem]
  public var previousStatus: OrderStatusName
  public var reason: OrderCancellationReason
  /// The canceller's own words.
  public var comment: String?
  /// Nil for the system.
  public var cancelledByID: UserID?
  public var refundRequired: Bool
  public var refundAmount: Cents
  public var basketID: BasketID
  /// The checkout attempt of that basket.
  public var attempt: Int
  /// The codes whose uses are given back.
  public var codes: [String]
}

extension OrderCancelled: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    orderNumber = try json.string("order_number")
    userID = try json.id("user_id")
    items = try json.array("items") { try StockItem(from: &$0) }
    previousStatus = try json.name("previous_status")
    reason = try json.name("reason")
    comment = try json.optionalString("comment")
    cancelledByID = try json.optionalID("cancelled_by_id")
    refundRequired = try json.bool("refund_required")
    refundAmount = try json.cents("refund_amount")
    basketID = try json.id("basket_id")
    attempt = try json.int("attempt")
    codes = try json.stringArray("codes")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("order_number", orderNumber)
    json.field("user_id", userID)
    json.array("items", items) { $1.encode(to: &$0) }
    json.field("previous_status", name: previousStatus)
    json.field("reason", name: reason)
    json.field("comment", comment)
    json.field("cancelled_by_id", cancelledByID)
    json.field("refund_required", refundRequired)
    json.field("refund_amount", refundAmount)
    json.field("basket_id", basketID)
    json.field("attempt", attempt)
    json.field("codes", codes)
  }
}

/// The order is being made up.
public struct OrderProcessingStarted: Hashable, Sendable {
  public static let type = EventType("OrderProcessingStarted", .public)

  public var orderID: OrderID
  public var orderNumber: String
  public var userID: UserID
  public var changedByID: UserID?
}

extension OrderProcessingStarted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    orderNumber = try json.string("order_number")
    userID = try json.id("user_id")
    changedByID = try json.optionalID("changed_by_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("order_number", orderNumber)
    json.field("user_id", userID)
    json.field("changed_by_id", changedByID)
  }
}

/// The order has left the house.
public struct OrderShipped: Hashable, Sendable {
  public static let type = EventType("OrderShipped", .public)

  public var orderID: OrderID
  public var orderNumber: String
  public var userID: UserID
  public var changedByID: UserID?
}

extension OrderShipped: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    orderNumber = try json.string("order_number")
    userID = try json.id("user_id")
    changedByID = try json.optionalID("changed_by_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("order_number", orderNumber)
    json.field("user_id", userID)
    json.field("changed_by_id", changedByID)
  }
}

/// The order has arrived.
public struct OrderDelivered: Hashable, Sendable {
  public static let type = EventType("OrderDelivered", .public)

  public var orderID: OrderID
  public var orderNumber: String
  public var userID: UserID
  public var changedByID: UserID?
}

extension OrderDelivered: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    orderNumber = try json.string("order_number")
    userID = try json.id("user_id")
    changedByID = try json.optionalID("changed_by_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("order_number", orderNumber)
    json.field("user_id", userID)
    json.field("changed_by_id", changedByID)
  }
}

/// Staff changed the notes.
public struct OrderNoted: Hashable, Sendable {
  public static let type = EventType("OrderNoted", .private)

  public var orderID: OrderID
  public var userID: UserID
  public var personal: Personal?

  public var subject: SubjectID { userID.subject }

  public struct Personal: Hashable, Sendable {
    public var notes: String?
  }
}

extension OrderNoted: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    userID = try json.id("user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("user_id", userID)
  }
}

extension OrderNoted.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    notes = try json.optionalString("notes")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("notes", notes)
  }
}

/// An administrator took the order out of the lists; it stays for accounting.
public struct OrderDeleted: Hashable, Sendable {
  public static let type = EventType("OrderDeleted", .public)

  public var orderID: OrderID
  public var orderNumber: String
  public var userID: UserID
}

extension OrderDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    orderNumber = try json.string("order_number")
    userID = try json.id("user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("order_number", orderNumber)
    json.field("user_id", userID)
  }
}
