public import EventSourcing
public import JSON

/// What happens to a product, its stock apart (stream `product-<id>`).
public enum ProductEvent: AggregateEvent {
  case productAdded(ProductAdded)
  case productDetailsChanged(ProductDetailsChanged)
  case priceChanged(PriceChanged)
  case productTypesSet(ProductTypesSet)
  case productCategoriesSet(ProductCategoriesSet)
  case productCatalogsSet(ProductCatalogsSet)
  case withdrawalExclusionSet(WithdrawalExclusionSet)
  case attributeAdded(AttributeAdded)
  case attributeChanged(AttributeChanged)
  case attributeStockAdjusted(AttributeStockAdjusted)
  case attributeRemoved(AttributeRemoved)
  case characteristicAdded(CharacteristicAdded)
  case characteristicChanged(CharacteristicChanged)
  case characteristicRemoved(CharacteristicRemoved)
  case imageAdded(ImageAdded)
  case imageChanged(ImageChanged)
  case imagesReordered(ImagesReordered)
  case imageResized(ImageResized)
  case imageRemoved(ImageRemoved)
  case productDeleted(ProductDeleted)

  public static let decoder = EventDecoder<ProductEvent>([
    EventCase(ProductAdded.self, ProductEvent.productAdded),
    EventCase(ProductDetailsChanged.self, ProductEvent.productDetailsChanged),
    EventCase(PriceChanged.self, ProductEvent.priceChanged),
    EventCase(ProductTypesSet.self, ProductEvent.productTypesSet),
    EventCase(ProductCategoriesSet.self, ProductEvent.productCategoriesSet),
    EventCase(ProductCatalogsSet.self, ProductEvent.productCatalogsSet),
    EventCase(WithdrawalExclusionSet.self, ProductEvent.withdrawalExclusionSet),
    EventCase(AttributeAdded.self, ProductEvent.attributeAdded),
    EventCase(AttributeChanged.self, ProductEvent.attributeChanged),
    EventCase(AttributeStockAdjusted.self, ProductEvent.attributeStockAdjusted),
    EventCase(AttributeRemoved.self, ProductEvent.attributeRemoved),
    EventCase(CharacteristicAdded.self, ProductEvent.characteristicAdded),
    EventCase(CharacteristicChanged.self, ProductEvent.characteristicChanged),
    EventCase(CharacteristicRemoved.self, ProductEvent.characteristicRemoved),
    EventCase(ImageAdded.self, ProductEvent.imageAdded),
    EventCase(ImageChanged.self, ProductEvent.imageChanged),
    EventCase(ImagesReordered.self, ProductEvent.imagesReordered),
    EventCase(ImageResized.self, ProductEvent.imageResized),
    EventCase(ImageRemoved.self, ProductEvent.imageRemoved),
    EventCase(ProductDeleted.self, ProductEvent.productDeleted),
  ])

  public var payload: any EventPayload {
    switch self {
    case .productAdded(let event): event
    case .productDetailsChanged(let event): event
    case .priceChanged(let event): event
    case .productTypesSet(let event): event
    case .productCategoriesSet(let event): event
    case .productCatalogsSet(let event): event
    case .withdrawalExclusionSet(let event): event
    case .attributeAdded(let event): event
    case .attributeChanged(let event): event
    case .attributeStockAdjusted(let event): event
    case .attributeRemoved(let event): event
    case .characteristicAdded(let event): event
    case .characteristicChanged(let event): event
    case .characteristicRemoved(let event): event
    case .imageAdded(let event): event
    case .imageChanged(let event): event
    case .imagesReordered(let event): event
    case .imageResized(let event): event
    case .imageRemoved(let event): event
    case .productDeleted(let event): event
    }
  }
}

/// A product can be sold. Its stock is a stream of its own and starts at 0.
public struct ProductAdded: Hashable, Sendable {
  public static let type = EventType("ProductAdded", .public)

  public var productID: ProductID
  public var name: String
  /// Stock-keeping reference, unique for ever.
  public var ref: String
  public var priceHT: Cents
  public var brandID: BrandID?
  /// The shop it belongs to; nil for the platform.
  public var websiteID: WebsiteID?
  public var types: [ProductTypeLink]
  public var imported: Bool
}

extension ProductAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    name = try json.string("name")
    ref = try json.string("ref")
    priceHT = try json.cents("price_ht")
    brandID = try json.optionalID("brand_id")
    websiteID = try json.optionalID("website_id")
    types = try json.array("types") { try ProductTypeLink(from: &$0) }
    imported = try json.bool("imported")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("name", name)
    json.field("ref", ref)
    json.field("price_ht", priceHT)
    json.field("brand_id", brandID)
    json.field("website_id", websiteID)
    json.array("types", types) { $1.encode(to: &$0) }
    json.field("imported", imported)
  }
}

/// A product got another name, reference or brand; all three are given.
public struct ProductDetailsChanged: Hashable, Sendable {
  public static let type = EventType("ProductDetailsChanged", .public)

  public var productID: ProductID
  public var name: String
  public var ref: String
  public var brandID: BrandID?
}

extension ProductDetailsChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    name = try json.string("name")
    ref = try json.string("ref")
    brandID = try json.optionalID("brand_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("name", name)
    json.field("ref", ref)
    json.field("brand_id", brandID)
  }
}

/// A product has a new price without tax.
public struct PriceChanged: Hashable, Sendable {
  public static let type = EventType("PriceChanged", .public)

  public var productID: ProductID
  public var previousPriceHT: Cents
  public var priceHT: Cents
}

extension PriceChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    previousPriceHT = try json.cents("previous_price_ht")
    priceHT = try json.cents("price_ht")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("previous_price_ht", previousPriceHT)
    json.field("price_ht", priceHT)
  }
}

/// A product is no longer sold (kept for history).
public struct ProductDeleted: Hashable, Sendable {
  public static let type = EventType("ProductDeleted", .public)

  public var productID: ProductID
  public var ref: String
  public var reason: String?
}

extension ProductDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    ref = try json.string("ref")
    reason = try json.optionalString("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("ref", ref)
    json.field("reason", reason)
  }
}
