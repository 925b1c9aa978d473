public import EventSourcing
public import JSON

/// What happens to a VAT rate (stream `vat-<id>`).
public enum VATRateEvent: AggregateEvent {
  case vatRateAdded(VATRateAdded)
  case vatRateChanged(VATRateChanged)
  case vatRateRemoved(VATRateRemoved)

  public static let decoder = EventDecoder<VATRateEvent>([
    EventCase(VATRateAdded.self, VATRateEvent.vatRateAdded),
    EventCase(VATRateChanged.self, VATRateEvent.vatRateChanged),
    EventCase(VATRateRemoved.self, VATRateEvent.vatRateRemoved),
  ])

  public var payload: any EventPayload {
    switch self {
    case .vatRateAdded(let event): event
    case .vatRateChanged(let event): event
    case .vatRateRemoved(let event): event
    }
  }
}

/// What happens to a brand (stream `brand-<id>`).
public enum BrandEvent: AggregateEvent {
  case brandAdded(BrandAdded)
  case brandChanged(BrandChanged)
  case brandDeleted(BrandDeleted)

  public static let decoder = EventDecoder<BrandEvent>([
    EventCase(BrandAdded.self, BrandEvent.brandAdded),
    EventCase(BrandChanged.self, BrandEvent.brandChanged),
    EventCase(BrandDeleted.self, BrandEvent.brandDeleted),
  ])

  public var payload: any EventPayload {
    switch self {
    case .brandAdded(let event): event
    case .brandChanged(let event): event
    case .brandDeleted(let event): event
    }
  }
}

/// What happens to a product type (stream `producttype-<id>`).
public enum ProductTypeEvent: AggregateEvent {
  case productTypeAdded(ProductTypeAdded)
  case productTypeChanged(ProductTypeChanged)
  case productTypeRemoved(ProductTypeRemoved)

  public static let decoder = EventDecoder<ProductTypeEvent>([
    EventCase(ProductTypeAdded.self, ProductTypeEvent.productTypeAdded),
    EventCase(ProductTypeChanged.self, ProductTypeEvent.productTypeChanged),
    EventCase(ProductTypeRemoved.self, ProductTypeEvent.productTypeRemoved),
  ])

  public var payload: any EventPayload {
    switch self {
    case .productTypeAdded(let event): event
    case .productTypeChanged(let event): event
    case .productTypeRemoved(let event): event
    }
  }
}

/// A VAT rate exists.
public struct VATRateAdded: Hashable, Sendable {
  public static let type = EventType("VATRateAdded", .public)

  public var vatID: VATRateID
  public var name: String
  public var rate: VATRate
}

extension VATRateAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    vatID = try json.id("vat_id")
    name = try json.string("name")
    rate = try json.vatRate("rate")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("vat_id", vatID)
    json.field("name", name)
    json.field("rate", rate)
  }
}

/// A VAT rate got a new name or value.
public struct VATRateChanged: Hashable, Sendable {
  public static let type = EventType("VATRateChanged", .public)

  public var vatID: VATRateID
  public var name: String
  public var rate: VATRate
}

extension VATRateChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    vatID = try json.id("vat_id")
    name = try json.string("name")
    rate = try json.vatRate("rate")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("vat_id", vatID)
    json.field("name", name)
    json.field("rate", rate)
  }
}

/// A VAT rate that nothing used is gone.
public struct VATRateRemoved: Hashable, Sendable {
  public static let type = EventType("VATRateRemoved", .public)

  public var vatID: VATRateID
}

extension VATRateRemoved: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    vatID = try json.id("vat_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("vat_id", vatID)
  }
}

/// A brand exists.
public struct BrandAdded: Hashable, Sendable {
  public static let type = EventType("BrandAdded", .public)

  public var brandID: BrandID
  public var name: String
  public var website: String?
  public var imported: Bool
}

extension BrandAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    brandID = try json.id("brand_id")
    name = try json.string("name")
    website = try json.optionalString("website")
    imported = try json.bool("imported")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("brand_id", brandID)
    json.field("name", name)
    json.field("website", website)
    json.field("imported", imported)
  }
}

/// A brand got a new name or website.
public struct BrandChanged: Hashable, Sendable {
  public static let type = EventType("BrandChanged", .public)

  public var brandID: BrandID
  public var name: String
  public var website: String?
}

extension BrandChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    brandID = try json.id("brand_id")
    name = try json.string("name")
    website = try json.optionalString("website")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("brand_id", brandID)
    json.field("name", name)
    json.field("website", website)
  }
}

/// A brand without products was deleted (kept for history).
public struct BrandDeleted: Hashable, Sendable {
  public static let type = EventType("BrandDeleted", .public)

  public var brandID: BrandID
}

extension BrandDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    brandID = try json.id("brand_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("brand_id", brandID)
  }
}

/// A type of products exists.
public struct ProductTypeAdded: Hashable, Sendable {
  public static let type = EventType("ProductTypeAdded", .public)

  public var typeID: ProductTypeID
  public var name: String
  /// The VAT rate of its products.
  public var vatID: VATRateID?
}

extension ProductTypeAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    typeID = try json.id("type_id")
    name = try json.string("name")
    vatID = try json.optionalID("vat_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("type_id", typeID)
    json.field("name", name)
    json.field("vat_id", vatID)
  }
}

/// A type got a new name or VAT rate.
public struct ProductTypeChanged: Hashable, Sendable {
  public static let type = EventType("ProductTypeChanged", .public)

  public var typeID: ProductTypeID
  public var name: String
  public var vatID: VATRateID?
}

extension ProductTypeChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    typeID = try json.id("type_id")
    name = try json.string("name")
    vatID = try json.optionalID("vat_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("type_id", typeID)
    json.field("name", name)
    json.field("vat_id", vatID)
  }
}

/// A type without products is gone.
public struct ProductTypeRemoved: Hashable, Sendable {
  public static let type = EventType("ProductTypeRemoved", .public)

  public var typeID: ProductTypeID
}

extension ProductTypeRemoved: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    typeID = try json.id("type_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("type_id", typeID)
  }
}
