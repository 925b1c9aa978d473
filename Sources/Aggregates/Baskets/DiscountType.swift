public import EventSourcing
public import JSON

/// A type of promo codes (stream `discounttype-<id>`). Its symbol says what a code's number means.
public enum DiscountType: EditableReference, RemovableReference {
  public typealias ID = DiscountTypeID
  public static let category = "discounttype"
  public static let names = ReferenceNames("DiscountType", id: "type_id", keepsRow: true)

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

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
    try TextRules.required(row.symbol, "symbol", maximum: 10)
  }

  public static func claims(_ row: Row) -> [String] { [] }
}

extension DiscountType.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    symbol = try json.string("symbol")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("symbol", symbol)
  }
}

public typealias AddDiscountType = AddReference<DiscountType>
public typealias SeedDiscountType = SeedReference<DiscountType>
public typealias ChangeDiscountType = ChangeReference<DiscountType>
public typealias RemoveDiscountType = RemoveReference<DiscountType>
