public import EventSourcing
public import JSON

/// A type of products (stream `producttype-<id>`), which gives them their VAT rate.
public enum ProductType: EditableReference, RemovableReference {
  public typealias ID = ProductTypeID
  public static let category = "producttype"
  public static let names = ReferenceNames("ProductType", id: "type_id")

  public struct Row: Hashable, Sendable {
    /// At most 255 characters; unique without regard to case and accents.
    public var name: String
    /// Must exist.
    public var vatID: VATRateID?

    public init(name: String, vatID: VATRateID? = nil) {
      self.name = name
      self.vatID = vatID
    }
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
  }

  public static func checkReferences(of row: Row, in session: inout DecisionSession) throws {
    try session.requirePresent(VAT.self, row.vatID, field: "id_1")
  }

  public static func claims(_ row: Row) -> [String] { ["type-name:\(TextRules.folded(row.name))"] }
}

extension ProductType.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    vatID = try json.optionalID("vat_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("vat_id", vatID)
  }
}

public typealias AddProductType = AddReference<ProductType>
public typealias SeedProductType = SeedReference<ProductType>
public typealias ChangeProductType = ChangeReference<ProductType>
public typealias RemoveProductType = RemoveReference<ProductType>
