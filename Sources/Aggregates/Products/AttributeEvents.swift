public import EventSourcing
public import JSON

/// A product can be had as this variant.
public struct AttributeAdded: Hashable, Sendable {
  public static let type = EventType("AttributeAdded", .public)

  public var productID: ProductID
  public var attributeID: AttributeID
  public var value: String
  /// Pieces of the variant; counted apart from the product's own stock.
  public var stock: Int64
  public var groupID: AttributeGroupID?
}

extension AttributeAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    attributeID = try json.id("attribute_id")
    value = try json.string("value")
    stock = try json.int64("stock")
    groupID = try json.optionalID("attribute_group_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("attribute_id", attributeID)
    json.field("value", value)
    json.field("stock", stock)
    json.field("attribute_group_id", groupID)
  }
}

/// A variant has another value or group; both are given.
public struct AttributeChanged: Hashable, Sendable {
  public static let type = EventType("AttributeChanged", .public)

  public var productID: ProductID
  public var attributeID: AttributeID
  public var value: String
  public var groupID: AttributeGroupID?
}

extension AttributeChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    attributeID = try json.id("attribute_id")
    value = try json.string("value")
    groupID = try json.optionalID("attribute_group_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("attribute_id", attributeID)
    json.field("value", value)
    json.field("attribute_group_id", groupID)
  }
}

/// Pieces of a variant were counted, added or taken by hand.
public struct AttributeStockAdjusted: Hashable, Sendable {
  public static let type = EventType("AttributeStockAdjusted", .public)

  public var productID: ProductID
  public var attributeID: AttributeID
  /// The variant's value, for those who are told of the stock.
  public var value: String
  public var previousStock: Int64
  public var newStock: Int64
  public var reason: StockReason
}

extension AttributeStockAdjusted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    attributeID = try json.id("attribute_id")
    value = try json.string("value")
    previousStock = try json.int64("previous_stock")
    newStock = try json.int64("new_stock")
    reason = try json.name("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("attribute_id", attributeID)
    json.field("value", value)
    json.field("previous_stock", previousStock)
    json.field("new_stock", newStock)
    json.field("reason", name: reason)
  }
}

/// A product can no longer be had as this variant.
public struct AttributeRemoved: Hashable, Sendable {
  public static let type = EventType("AttributeRemoved", .public)

  public var productID: ProductID
  public var attributeID: AttributeID
}

extension AttributeRemoved: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    attributeID = try json.id("attribute_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("attribute_id", attributeID)
  }
}
