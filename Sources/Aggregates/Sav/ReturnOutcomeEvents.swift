public import EventSourcing
public import JSON

/// Goods came; perhaps not all.
public struct ReturnReceived: Hashable, Sendable {
  public static let type = EventType("ReturnReceived", .private)

  public struct Item: JSONCodable, Hashable {
    public var lineID: ReturnLineID
    public var quantity: Int64

    public init(lineID: ReturnLineID, quantity: Int64) {
      self.lineID = lineID
      self.quantity = quantity
    }

    public init(from json: inout JSONObjectReader) throws {
      lineID = try json.id("line_id")
      quantity = try json.int64("quantity")
    }

    public func encode(to json: inout JSONWriter) {
      json.field("line_id", lineID)
      json.field("quantity", quantity)
    }
  }

  public var key: ReturnKey
  public var items: [Item]
  /// When a withdrawal is paid back at the latest, if it was not known before.
  public var refundDueAt: Timestamp?
}

extension ReturnReceived: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    key = try ReturnKey(from: &json)
    items = try json.array("items") { try Item(from: &$0) }
    refundDueAt = try json.optionalTimestamp("refund_due_at")
  }

  public func encode(to json: inout JSONWriter) {
    key.encode(to: &json)
    json.array("items", items) { $1.encode(to: &$0) }
    json.field("refund_due_at", refundDueAt)
  }
}

/// The goods were looked at.
public struct ReturnInspected: Hashable, Sendable {
  public static let type = EventType("ReturnInspected", .private)

  public struct Line: JSONCodable, Hashable {
    public var lineID: ReturnLineID
    public var productID: ProductID
    public var accepted: Int64
    public var rejected: Int64
    /// Whether what was accepted can be sold again.
    public var restock: Bool

    init(lineID: ReturnLineID, productID: ProductID, accepted: Int64, rejected: Int64, restock: Bool) {
      self.lineID = lineID
      self.productID = productID
      self.accepted = accepted
      self.rejected = rejected
      self.restock = restock
    }

    public init(from json: inout JSONObjectReader) throws {
      lineID = try json.id("line_id")
      productID = try json.id("product_id")
      accepted = try json.int64("accepted")
      rejected = try json.int64("rejected")
      restock = try json.bool("restock")
    }

    public func encode(to json: inout JSONWriter) {
      json.field("line_id", lineID)
      json.field("product_id", productID)
      json.field("accepted", accepted)
      json.field("rejected", rejected)
      json.field("restock", restock)
    }
  }

  public var key: ReturnKey
  public var lines: [Line]
  public var inspectedBy: UserID?
  /// Whether it was paid back before, so that nothing is left to do.
  public var isSettled: Bool
}

extension ReturnInspected: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    key = try ReturnKey(from: &json)
    lines = try json.array("lines") { try Line(from: &$0) }
    inspectedBy = try json.optionalID("inspected_by")
    isSettled = try json.bool("is_settled")
  }

  public func encode(to json: inout JSONWriter) {
    key.encode(to: &json)
    json.array("lines", lines) { $1.encode(to: &$0) }
    json.field("inspected_by", inspectedBy)
    json.field("is_settled", isSettled)
  }
}

/// What the goods were worth goes back to the buyer.
public struct ReturnRefunded: Hashable, Sendable {
  public static let type = EventType("ReturnRefunded", .private)

  public struct Line: JSONCodable, Hashable {
    public var lineID: ReturnLineID
    public var orderItemID: OrderItemID
    public var quantity: Int64
    public var amountHT: Cents
    public var vat: Cents

    init(lineID: ReturnLineID, orderItemID: OrderItemID, quantity: Int64, amountHT: Cents, vat: Cents) {
      self.lineID = lineID
      self.orderItemID = orderItemID
      self.quantity = quantity
      self.amountHT = amountHT
      self.vat = vat
    }

    public init(from json: inout JSONObjectReader) throws {
      lineID = try json.id("line_id")
      orderItemID = try json.id("order_item_id")
      quantity = try json.int64("quantity")
      amountHT = try json.cents("amount_ht")
      vat = try json.cents("vat")
    }

    public func encode(to json: inout JSONWriter) {
      json.field("line_id", lineID)
      json.field("order_item_id", orderItemID)
      json.field("quantity", quantity)
      json.field("amount_ht", amountHT)
      json.field("vat", vat)
    }
  }

  public var key: ReturnKey
  public var lines: [Line]
  /// With tax.
  public var amount: Cents
  /// Nil for the system, when the time was over.
  public var refundedBy: UserID?
  /// Whether the goods had been looked at before, so that nothing is left to do.
  public var isSettled: Bool
}

extension ReturnRefunded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    key = try ReturnKey(from: &json)
    lines = try json.array("lines") { try Line(from: &$0) }
    amount = try json.cents("amount")
    refundedBy = try json.optionalID("refunded_by")
    isSettled = try json.bool("is_settled")
  }

  public func encode(to json: inout JSONWriter) {
    key.encode(to: &json)
    json.array("lines", lines) { $1.encode(to: &$0) }
    json.field("amount", amount)
    json.field("refunded_by", refundedBy)
    json.field("is_settled", isSettled)
  }
}

/// The buyer gets other goods, by an order of their own.
public struct ReturnReplaced: Hashable, Sendable {
  public static let type = EventType("ReturnReplaced", .private)

  public var key: ReturnKey
  public var newOrderID: OrderID
  public var replacedBy: UserID?
}

extension ReturnReplaced: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    key = try ReturnKey(from: &json)
    newOrderID = try json.id("new_order_id")
    replacedBy = try json.optionalID("replaced_by")
  }

  public func encode(to json: inout JSONWriter) {
    key.encode(to: &json)
    json.field("new_order_id", newOrderID)
    json.field("replaced_by", replacedBy)
  }
}

/// The goods go back to the buyer.
public struct ReturnSentBack: Hashable, Sendable {
  public static let type = EventType("ReturnSentBack", .private)

  public var key: ReturnKey
  public var sentBackBy: UserID?
}

extension ReturnSentBack: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    key = try ReturnKey(from: &json)
    sentBackBy = try json.optionalID("sent_back_by")
  }

  public func encode(to json: inout JSONWriter) {
    key.encode(to: &json)
    json.field("sent_back_by", sentBackBy)
  }
}
