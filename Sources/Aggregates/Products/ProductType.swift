public import EventSourcing

/// A type of products (stream `producttype-<id>`), which gives them their VAT rate.
public enum ProductType: EditableReference, RemovableReference {
  public typealias Event = ProductTypeEvent
  public typealias ID = ProductTypeID
  public static let category = "producttype"

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

  public static func change(_ event: ProductTypeEvent) -> ReferenceChange<Row> {
    switch event {
    case .productTypeAdded(let event): .added(Row(name: event.name, vatID: event.vatID))
    case .productTypeChanged(let event): .changed(Row(name: event.name, vatID: event.vatID))
    case .productTypeRemoved: .removed
    }
  }

  public static func added(_ id: ProductTypeID, _ row: Row) -> Event {
    .productTypeAdded(ProductTypeAdded(typeID: id, name: row.name, vatID: row.vatID))
  }

  public static func changed(_ id: ProductTypeID, _ row: Row) -> Event {
    .productTypeChanged(ProductTypeChanged(typeID: id, name: row.name, vatID: row.vatID))
  }

  public static func removed(_ id: ProductTypeID) -> Event {
    .productTypeRemoved(ProductTypeRemoved(typeID: id))
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
  }

  public static func checkReferences(of row: Row, in session: inout DecisionSession) throws {
    try session.requirePresent(VAT.self, row.vatID, field: "id_1")
  }

  public static func claims(_ row: Row) -> [String] { ["type-name:\(TextRules.folded(row.name))"] }
}

public typealias AddProductType = AddReference<ProductType>
public typealias SeedProductType = SeedReference<ProductType>
public typealias ChangeProductType = ChangeReference<ProductType>
public typealias RemoveProductType = RemoveReference<ProductType>
