public import EventSourcing
public import JSON

/// A VAT rate (stream `vat-<id>`); names are unique without regard to case and accents.
public enum VAT: EditableReference, RemovableReference {
  public typealias ID = VATRateID
  public static let category = "vat"
  public static let names = ReferenceNames("VATRate", id: "vat_id")

  public struct Row: Hashable, Sendable {
    /// At most 255 characters.
    public var name: String
    /// 0 to 100 %, in hundredths of a percent at the finest, as the table holds.
    public var rate: VATRate

    public init(name: String, rate: VATRate) {
      self.name = name
      self.rate = rate
    }
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
    guard (0...100_000).contains(row.rate.rawValue) else { throw FieldError("value_", .outOfRange(minimum: 0, maximum: 100)) }
    guard row.rate.rawValue % 10 == 0 else { throw FieldError("value_", .malformed) }
  }

  public static func claims(_ row: Row) -> [String] { ["vat-name:\(TextRules.folded(row.name))"] }
}

extension VAT.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    rate = try json.vatRate("rate")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("rate", rate)
  }
}

public typealias AddVATRate = AddReference<VAT>
public typealias SeedVATRate = SeedReference<VAT>
public typealias ChangeVATRate = ChangeReference<VAT>
public typealias RemoveVATRate = RemoveReference<VAT>
