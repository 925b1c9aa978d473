import EventSourcing

/// A type of promo codes (stream `discounttype-<id>`). Its symbol says what a code's number means.
public enum DiscountType: EditableReference, RemovableReference {
  public typealias Event = DiscountTypeEvent
  public typealias ID = DiscountTypeID
  public static let category = "discounttype"

  public struct Row: Hashable, Sendable {
    /// At most 255 characters.
    public var name: String
    /// At most 10 characters.
    public var symbol: String

    public init(name: String, symbol: String) {
      self.name = name
      self.symbol = symbol
    }
  }

  /// What the number of a code of this type means: `%` and `PCT` a percentage, `🚚` and `SHIP` free shipping, all others an amount.
  public static func kind(symbol: String) -> DiscountKind {
    switch symbol {
    case "%", "PCT": .percentage
    case "🚚", "SHIP": .freeShipping
    default: .fixed
    }
  }

  public static func change(_ event: DiscountTypeEvent) -> ReferenceChange<Row> {
    switch event {
    case .discountTypeAdded(let event): .added(Row(name: event.name, symbol: event.symbol))
    case .discountTypeChanged(let event): .changed(Row(name: event.name, symbol: event.symbol))
    case .discountTypeDeleted: .removed
    }
  }

  public static func added(_ id: DiscountTypeID, _ row: Row) -> Event {
    .discountTypeAdded(DiscountTypeAdded(typeID: id, name: row.name, symbol: row.symbol))
  }

  public static func changed(_ id: DiscountTypeID, _ row: Row) -> Event {
    .discountTypeChanged(DiscountTypeChanged(typeID: id, name: row.name, symbol: row.symbol))
  }

  public static func removed(_ id: DiscountTypeID) -> Event {
    .discountTypeDeleted(DiscountTypeDeleted(typeID: id))
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
    try TextRules.required(row.symbol, "symbol", maximum: 10)
  }

  public static func claims(_ row: Row) -> [String] { [] }
}

public typealias AddDiscountType = AddReference<DiscountType>
public typealias SeedDiscountType = SeedReference<DiscountType>
public typealias ChangeDiscountType = ChangeReference<DiscountType>
public typealias RemoveDiscountType = RemoveReference<DiscountType>
