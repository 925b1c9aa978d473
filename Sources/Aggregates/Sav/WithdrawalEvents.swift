public import EventSourcing
public import JSON

/// What happens to a withdrawal. Private to `sav`: the return, the order and the payment tell others of what follows.
public enum WithdrawalEvent: AggregateEvent {
  case declared(WithdrawalDeclared)
  case confirmed(WithdrawalConfirmed)

  public static let decoder = EventDecoder<WithdrawalEvent>([
    EventCase(WithdrawalDeclared.self, WithdrawalEvent.declared), EventCase(WithdrawalConfirmed.self, WithdrawalEvent.confirmed),
  ])

  public var payload: any EventPayload {
    switch self {
    case .declared(let event): event
    case .confirmed(let event): event
    }
  }
}

/// From what a buyer withdraws.
public struct WithdrawalNotice: JSONCodable, Hashable {
  /// Units of a line of the order.
  public struct Line: JSONCodable, Hashable {
    public var orderItemID: OrderItemID
    public var productID: ProductID
    /// As it was ordered; nil where that is not known.
    public var name: String?
    public var quantity: Int64

    public init(orderItemID: OrderItemID, productID: ProductID, name: String?, quantity: Int64) {
      self.orderItemID = orderItemID
      self.productID = productID
      self.name = name
      self.quantity = quantity
    }

    public init(from json: inout JSONObjectReader) throws {
      orderItemID = try json.id("order_item_id")
      productID = try json.id("product_id")
      name = try json.optionalString("name")
      quantity = try json.int64("quantity")
    }

    public func encode(to json: inout JSONWriter) {
      json.field("order_item_id", orderItemID)
      json.field("product_id", productID)
      json.field("name", name)
      json.field("quantity", quantity)
    }
  }

  public var withdrawalID: WithdrawalID
  public var orderID: OrderID
  public var orderNumber: String
  public var userID: UserID
  public var lines: [Line]
  public var declaredAt: Timestamp

  init(withdrawalID: WithdrawalID, orderID: OrderID, orderNumber: String, userID: UserID, lines: [Line], declaredAt: Timestamp) {
    self.withdrawalID = withdrawalID
    self.orderID = orderID
    self.orderNumber = orderNumber
    self.userID = userID
    self.lines = lines
    self.declaredAt = declaredAt
  }

  /// The lines as a return asks for them.
  public var items: [RequestReturn.Item] { lines.map { .init(orderItemID: $0.orderItemID, quantity: $0.quantity) } }

  public init(from json: inout JSONObjectReader) throws {
    withdrawalID = try json.id("withdrawal_id")
    orderID = try json.id("order_id")
    orderNumber = try json.string("order_number")
    userID = try json.id("user_id")
    lines = try json.array("lines") { try Line(from: &$0) }
    declaredAt = try json.timestamp("declared_at")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("withdrawal_id", withdrawalID)
    json.field("order_id", orderID)
    json.field("order_number", orderNumber)
    json.field("user_id", userID)
    json.array("lines", lines) { $1.encode(to: &$0) }
    json.field("declared_at", declaredAt)
  }
}

/// What a buyer says with his withdrawal.
public struct WithdrawalStatement: JSONCodable, Hashable {
  public var name: String
  /// Where the receipt goes.
  public var email: String
  /// At most 1,000 characters.
  public var comment: String?

  public init(name: String, email: String, comment: String? = nil) {
    self.name = name
    self.email = email
    self.comment = comment
  }

  /// - Throws: `FieldError`.
  func check() throws(FieldError) {
    try TextRules.required(name, "name")
    try TextRules.email(email)
    try TextRules.optional(comment, "comment", maximum: 1_000)
  }

  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    email = try json.string("email")
    comment = try json.optionalString("comment")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("email", email)
    json.field("comment", comment)
  }
}

/// A buyer declared that he withdraws, and has to confirm it.
public struct WithdrawalDeclared: Hashable, Sendable {
  public static let type = EventType("WithdrawalDeclared", .private)

  public var notice: WithdrawalNotice
  /// When it can no longer be confirmed.
  public var confirmBy: Timestamp
  public var personal: WithdrawalStatement?

  public var subject: SubjectID { notice.userID.subject }
}

extension WithdrawalDeclared: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    notice = try WithdrawalNotice(from: &json)
    confirmBy = try json.timestamp("confirm_by")
  }

  public func encode(to json: inout JSONWriter) {
    notice.encode(to: &json)
    json.field("confirm_by", confirmBy)
  }
}

/// A buyer confirmed that he withdraws: all that the receipt says.
public struct WithdrawalConfirmed: Hashable, Sendable {
  public static let type = EventType("WithdrawalConfirmed", .private)

  public var notice: WithdrawalNotice
  /// Nil: the order had not left, and is cancelled as a whole.
  public var returnID: ReturnID?
  /// The return that is opened when the order cannot be cancelled any more. It has the units already, so that nobody withdraws from them
  /// twice. Nil where there is a return at once.
  public var held: HeldReturn?
  /// The lines of the order when it had not been delivered; else empty.
  public var undelivered: [ReturnableOrder.Line] = []
  public var ticketID: TicketID
  public var confirmedAt: Timestamp
  public var personal: WithdrawalStatement?

  public var subject: SubjectID { notice.userID.subject }

  /// The ids of a return that may be opened later.
  public struct HeldReturn: Hashable, Sendable {
    public var returnID: ReturnID
    /// The first of as many ids as there are lines.
    public var firstLineID: ReturnLineID

    public init(returnID: ReturnID, firstLineID: ReturnLineID) {
      self.returnID = returnID
      self.firstLineID = firstLineID
    }
  }
}

extension WithdrawalConfirmed.HeldReturn: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    returnID = try json.id("return_id")
    firstLineID = try json.id("first_line_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("return_id", returnID)
    json.field("first_line_id", firstLineID)
  }
}

extension WithdrawalConfirmed: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    notice = try WithdrawalNotice(from: &json)
    returnID = try json.optionalID("return_id")
    held = try json.optionalObject("held_return") { try HeldReturn(from: &$0) }
    undelivered = try json.optionalArray("undelivered") { try ReturnableOrder.Line(from: &$0) } ?? []
    ticketID = try json.id("ticket_id")
    confirmedAt = try json.timestamp("confirmed_at")
  }

  public func encode(to json: inout JSONWriter) {
    notice.encode(to: &json)
    json.field("return_id", returnID)
    if let held { json.object("held_return") { held.encode(to: &$0) } }
    json.array("undelivered", undelivered) { $1.encode(to: &$0) }
    json.field("ticket_id", ticketID)
    json.field("confirmed_at", confirmedAt)
  }
}
