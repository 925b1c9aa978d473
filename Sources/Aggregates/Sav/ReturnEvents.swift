public import EventSourcing
public import JSON

/// What happens to a return. All of it is private: order, stock and payment tell of themselves.
public enum ReturnEvent: AggregateEvent {
  case requested(ReturnRequested)
  case authorised(ReturnAuthorised)
  case refused(ReturnRefused)
  case shippedBack(ReturnShippedBack)
  case expired(ReturnExpired)
  case received(ReturnReceived)
  case inspected(ReturnInspected)
  case refunded(ReturnRefunded)
  case replaced(ReturnReplaced)
  case sentBack(ReturnSentBack)

  public static let decoder = EventDecoder<ReturnEvent>([
    EventCase(ReturnRequested.self, ReturnEvent.requested), EventCase(ReturnAuthorised.self, ReturnEvent.authorised),
    EventCase(ReturnRefused.self, ReturnEvent.refused), EventCase(ReturnShippedBack.self, ReturnEvent.shippedBack),
    EventCase(ReturnExpired.self, ReturnEvent.expired), EventCase(ReturnReceived.self, ReturnEvent.received),
    EventCase(ReturnInspected.self, ReturnEvent.inspected), EventCase(ReturnRefunded.self, ReturnEvent.refunded),
    EventCase(ReturnReplaced.self, ReturnEvent.replaced), EventCase(ReturnSentBack.self, ReturnEvent.sentBack),
  ])

  public var payload: any EventPayload {
    switch self {
    case .requested(let event): event
    case .authorised(let event): event
    case .refused(let event): event
    case .shippedBack(let event): event
    case .expired(let event): event
    case .received(let event): event
    case .inspected(let event): event
    case .refunded(let event): event
    case .replaced(let event): event
    case .sentBack(let event): event
    }
  }
}

/// Which return, of what and whose: what every event of a return begins with.
public struct ReturnKey: JSONCodable, Hashable {
  public var returnID: ReturnID
  public var ticketID: TicketID
  public var orderID: OrderID
  public var userID: UserID

  init(returnID: ReturnID, ticketID: TicketID, orderID: OrderID, userID: UserID) {
    self.returnID = returnID
    self.ticketID = ticketID
    self.orderID = orderID
    self.userID = userID
  }

  public init(from json: inout JSONObjectReader) throws {
    returnID = try json.id("return_id")
    ticketID = try json.id("ticket_id")
    orderID = try json.id("order_id")
    userID = try json.id("user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("return_id", returnID)
    json.field("ticket_id", ticketID)
    json.field("order_id", orderID)
    json.field("user_id", userID)
  }
}

/// Units of an order's line that are to come back, with what the whole line was worth.
public struct ReturnLine: JSONCodable, Hashable {
  public var lineID: ReturnLineID
  public var orderItemID: OrderItemID
  public var productID: ProductID
  public var quantity: Int64
  /// Units of the whole line.
  public var ordered: Int64
  public var netHT: Cents
  public var vat: Cents

  init(lineID: ReturnLineID, _ line: ReturnableOrder.Line, quantity: Int64) {
    self.lineID = lineID
    orderItemID = line.orderItemID
    productID = line.productID
    self.quantity = quantity
    ordered = line.quantity
    netHT = line.netHT
    vat = line.vat
  }

  public init(from json: inout JSONObjectReader) throws {
    lineID = try json.id("line_id")
    orderItemID = try json.id("order_item_id")
    productID = try json.id("product_id")
    quantity = try json.int64("quantity")
    ordered = try json.int64("ordered")
    netHT = try json.cents("net_ht")
    vat = try json.cents("vat")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("line_id", lineID)
    json.field("order_item_id", orderItemID)
    json.field("product_id", productID)
    json.field("quantity", quantity)
    json.field("ordered", ordered)
    json.field("net_ht", netHT)
    json.field("vat", vat)
  }
}

/// What somebody wrote about a return.
public struct ReturnText: JSONCodable, Hashable {
  public var text: String?

  init(_ text: String?) {
    self.text = text
  }

  public init(from json: inout JSONObjectReader) throws {
    text = try json.optionalString("text")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("text", text)
  }
}

/// A buyer wants to send goods back.
public struct ReturnRequested: Hashable, Sendable {
  public static let type = EventType("ReturnRequested", .private)

  public var key: ReturnKey
  public var reason: ReturnReason
  public var lines: [ReturnLine]
  public var requestedAt: Timestamp
  public var requestedBy: UserID?
  /// In his own words.
  public var personal: ReturnText?

  public var subject: SubjectID { key.userID.subject }
}

extension ReturnRequested: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    key = try ReturnKey(from: &json)
    reason = try json.name("reason")
    lines = try json.array("lines") { try ReturnLine(from: &$0) }
    requestedAt = try json.timestamp("requested_at")
    requestedBy = try json.optionalID("requested_by")
  }

  public func encode(to json: inout JSONWriter) {
    key.encode(to: &json)
    json.field("reason", name: reason)
    json.array("lines", lines) { $1.encode(to: &$0) }
    json.field("requested_at", requestedAt)
    json.field("requested_by", requestedBy)
  }
}

/// The goods may be sent back; a withdrawal is by itself.
public struct ReturnAuthorised: Hashable, Sendable {
  public static let type = EventType("ReturnAuthorised", .private)

  public var key: ReturnKey
  /// Where the label for the parcel is; nil for none.
  public var label: String?
  public var sendBackUntil: Timestamp
  /// Nil for the system.
  public var authorisedBy: UserID?
}

extension ReturnAuthorised: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    key = try ReturnKey(from: &json)
    label = try json.optionalString("label")
    sendBackUntil = try json.timestamp("send_back_until")
    authorisedBy = try json.optionalID("authorised_by")
  }

  public func encode(to json: inout JSONWriter) {
    key.encode(to: &json)
    json.field("label", label)
    json.field("send_back_until", sendBackUntil)
    json.field("authorised_by", authorisedBy)
  }
}

/// The goods stay where they are.
public struct ReturnRefused: Hashable, Sendable {
  public static let type = EventType("ReturnRefused", .private)

  public var key: ReturnKey
  public var refusedBy: UserID?
  /// Why.
  public var personal: ReturnText?

  public var subject: SubjectID { key.userID.subject }
}

extension ReturnRefused: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    key = try ReturnKey(from: &json)
    refusedBy = try json.optionalID("refused_by")
  }

  public func encode(to json: inout JSONWriter) {
    key.encode(to: &json)
    json.field("refused_by", refusedBy)
  }
}

/// The goods are on their way.
public struct ReturnShippedBack: Hashable, Sendable {
  public static let type = EventType("ReturnShippedBack", .private)

  public var key: ReturnKey
  public var tracking: String?
  /// When a withdrawal is paid back at the latest; nil for other reasons.
  public var refundDueAt: Timestamp?
}

extension ReturnShippedBack: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    key = try ReturnKey(from: &json)
    tracking = try json.optionalString("tracking")
    refundDueAt = try json.optionalTimestamp("refund_due_at")
  }

  public func encode(to json: inout JSONWriter) {
    key.encode(to: &json)
    json.field("tracking", tracking)
    json.field("refund_due_at", refundDueAt)
  }
}

/// The goods were not sent in time.
public struct ReturnExpired: Hashable, Sendable {
  public static let type = EventType("ReturnExpired", .private)

  public var key: ReturnKey
}

extension ReturnExpired: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    key = try ReturnKey(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    key.encode(to: &json)
  }
}
