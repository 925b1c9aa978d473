public import EventSourcing
public import JSON

/// What happens to a type of promo codes (stream `discounttype-<id>`).
public enum DiscountTypeEvent: AggregateEvent {
  case discountTypeAdded(DiscountTypeAdded)
  case discountTypeChanged(DiscountTypeChanged)
  case discountTypeDeleted(DiscountTypeDeleted)

  public static let decoder = EventDecoder<DiscountTypeEvent>([
    EventCase(DiscountTypeAdded.self, DiscountTypeEvent.discountTypeAdded),
    EventCase(DiscountTypeChanged.self, DiscountTypeEvent.discountTypeChanged),
    EventCase(DiscountTypeDeleted.self, DiscountTypeEvent.discountTypeDeleted),
  ])

  public var payload: any EventPayload {
    switch self {
    case .discountTypeAdded(let event): event
    case .discountTypeChanged(let event): event
    case .discountTypeDeleted(let event): event
    }
  }
}

/// A type of promo codes exists.
public struct DiscountTypeAdded: Hashable, Sendable {
  public static let type = EventType("DiscountTypeAdded", .public)

  public var typeID: DiscountTypeID
  public var name: String
  public var symbol: String
}

extension DiscountTypeAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    typeID = try json.id("type_id")
    name = try json.string("name")
    symbol = try json.string("symbol")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("type_id", typeID)
    json.field("name", name)
    json.field("symbol", symbol)
  }
}

/// A type got a new name or symbol.
public struct DiscountTypeChanged: Hashable, Sendable {
  public static let type = EventType("DiscountTypeChanged", .public)

  public var typeID: DiscountTypeID
  public var name: String
  public var symbol: String
}

extension DiscountTypeChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    typeID = try json.id("type_id")
    name = try json.string("name")
    symbol = try json.string("symbol")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("type_id", typeID)
    json.field("name", name)
    json.field("symbol", symbol)
  }
}

/// A type that no code uses was deleted.
public struct DiscountTypeDeleted: Hashable, Sendable {
  public static let type = EventType("DiscountTypeDeleted", .public)

  public var typeID: DiscountTypeID
}

extension DiscountTypeDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    typeID = try json.id("type_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("type_id", typeID)
  }
}
