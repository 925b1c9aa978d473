public import EventSourcing
public import JSON

/// A row that joins a product and something it is in.
protocol ProductLink: Sendable {
  associatedtype Target: EntityID
  var id: LinkID { get }
  var target: Target { get }
}

/// One row of `product_types`.
public struct ProductTypeLink: Hashable, Sendable {
  public var id: LinkID
  public var typeID: ProductTypeID

  public init(id: LinkID, typeID: ProductTypeID) {
    self.id = id
    self.typeID = typeID
  }
}

extension ProductTypeLink: ProductLink {
  var target: ProductTypeID { typeID }
}

extension ProductTypeLink: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id("id")
    typeID = try json.id("type_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("id", id)
    json.field("type_id", typeID)
  }
}

/// A product has these types and no others.
public struct ProductTypesSet: Hashable, Sendable {
  public static let type = EventType("ProductTypesSet", .public)

  public var productID: ProductID
  public var types: [ProductTypeLink]
}

extension ProductTypesSet: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    types = try json.array("types") { try ProductTypeLink(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.array("types", types) { $1.encode(to: &$0) }
  }
}

/// One row of `product_categories`.
public struct ProductCategoryLink: Hashable, Sendable {
  public var id: LinkID
  public var categoryID: CategoryID

  public init(id: LinkID, categoryID: CategoryID) {
    self.id = id
    self.categoryID = categoryID
  }
}

extension ProductCategoryLink: ProductLink {
  var target: CategoryID { categoryID }
}

extension ProductCategoryLink: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id("id")
    categoryID = try json.id("category_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("id", id)
    json.field("category_id", categoryID)
  }
}

/// A product has these categories and no others.
public struct ProductCategoriesSet: Hashable, Sendable {
  public static let type = EventType("ProductCategoriesSet", .public)

  public var productID: ProductID
  public var categories: [ProductCategoryLink]
}

extension ProductCategoriesSet: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    categories = try json.array("categories") { try ProductCategoryLink(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.array("categories", categories) { $1.encode(to: &$0) }
  }
}

/// One row of `product_catalogs`.
public struct ProductCatalogLink: Hashable, Sendable {
  public var id: LinkID
  public var catalogID: CatalogID

  public init(id: LinkID, catalogID: CatalogID) {
    self.id = id
    self.catalogID = catalogID
  }
}

extension ProductCatalogLink: ProductLink {
  var target: CatalogID { catalogID }
}

extension ProductCatalogLink: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id("id")
    catalogID = try json.id("catalog_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("id", id)
    json.field("catalog_id", catalogID)
  }
}

/// A product has these catalogues and no others.
public struct ProductCatalogsSet: Hashable, Sendable {
  public static let type = EventType("ProductCatalogsSet", .public)

  public var productID: ProductID
  public var catalogs: [ProductCatalogLink]
}

extension ProductCatalogsSet: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    catalogs = try json.array("catalogs") { try ProductCatalogLink(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.array("catalogs", catalogs) { $1.encode(to: &$0) }
  }
}
