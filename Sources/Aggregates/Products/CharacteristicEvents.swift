public import EventSourcing
public import JSON

/// A product has this characteristic.
public struct CharacteristicAdded: Hashable, Sendable {
  public static let type = EventType("CharacteristicAdded", .public)

  public var productID: ProductID
  public var characteristicID: CharacteristicID
  public var value: String
  /// What the value tells.
  public var relatedID: RelatedCharacteristicID?
}

extension CharacteristicAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    characteristicID = try json.id("characteristic_id")
    value = try json.string("value")
    relatedID = try json.optionalID("related_characteristic_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("characteristic_id", characteristicID)
    json.field("value", value)
    json.field("related_characteristic_id", relatedID)
  }
}

/// A characteristic has another value, or tells something else; both are given.
public struct CharacteristicChanged: Hashable, Sendable {
  public static let type = EventType("CharacteristicChanged", .public)

  public var productID: ProductID
  public var characteristicID: CharacteristicID
  public var value: String
  /// What the value tells.
  public var relatedID: RelatedCharacteristicID?
}

extension CharacteristicChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    characteristicID = try json.id("characteristic_id")
    value = try json.string("value")
    relatedID = try json.optionalID("related_characteristic_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("characteristic_id", characteristicID)
    json.field("value", value)
    json.field("related_characteristic_id", relatedID)
  }
}

/// A product no longer has this characteristic.
public struct CharacteristicRemoved: Hashable, Sendable {
  public static let type = EventType("CharacteristicRemoved", .public)

  public var productID: ProductID
  public var characteristicID: CharacteristicID
}

extension CharacteristicRemoved: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    characteristicID = try json.id("characteristic_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("characteristic_id", characteristicID)
  }
}
