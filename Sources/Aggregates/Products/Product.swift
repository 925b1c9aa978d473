public import EventSourcing

/// A product (stream `product-<id>`): its name, reference, price and brand, the types, categories and catalogues it is in, and its parts.
/// Its stock is a stream of its own (`Stock`).
public enum Product: Aggregate {
  public typealias Event = ProductEvent
  public static let category = "product"
  public static let initialState = State.missing
  /// The highest price, by the column `numeric(10,2)`: 99,999,999.99.
  public static let maximumPrice = Cents(9_999_999_999)
  /// How many types a product may have, and likewise categories and catalogues.
  public static let maximumTypes = 50
  public static let maximumCategories = 50
  public static let maximumCatalogs = 50

  /// What is known of a product.
  public enum State: Hashable, Sendable {
    case missing
    case present(Details, Parts)
    /// No longer sold; its reference stays taken.
    case deleted
  }

  /// What a product says of itself.
  public struct Details: Hashable, Sendable {
    /// At most 255 characters.
    public var name: String
    /// Stock-keeping reference: at most 255 characters, unique without regard to case and accents, deleted products included.
    public var ref: String
    /// 0 to `maximumPrice`.
    public var priceHT: Cents
    /// Must exist.
    public var brandID: BrandID?
    /// The shop it belongs to; nil for the platform. Does not change.
    public var websiteID: WebsiteID?
    /// Each type once; all must exist.
    public var types: [ProductTypeLink]
    /// Each category once; all must exist.
    public var categories: [ProductCategoryLink]
    /// Each catalogue once; all must exist.
    public var catalogs: [ProductCatalogLink]
    /// Why it cannot be withdrawn from; nil: it can.
    public var withdrawalExclusion: WithdrawalExclusion?

    public init(
      name: String, ref: String, priceHT: Cents, brandID: BrandID? = nil, websiteID: WebsiteID? = nil, types: [ProductTypeLink] = [],
      categories: [ProductCategoryLink] = [], catalogs: [ProductCatalogLink] = [], withdrawalExclusion: WithdrawalExclusion? = nil
    ) {
      self.name = name
      self.ref = ref
      self.priceHT = priceHT
      self.brandID = brandID
      self.websiteID = websiteID
      self.types = types
      self.categories = categories
      self.catalogs = catalogs
      self.withdrawalExclusion = withdrawalExclusion
    }
  }

  public static func evolve(_ state: inout State, _ event: ProductEvent) {
    if case .productAdded(let event) = event {
      let details = Details(
        name: event.name, ref: event.ref, priceHT: event.priceHT, brandID: event.brandID, websiteID: event.websiteID, types: event.types)
      state = .present(details, Parts())
      return
    }
    guard case .present(var details, var parts) = state else { return }
    switch event {
    case .productAdded: break
    case .productDetailsChanged(let event):
      details.name = event.name
      details.ref = event.ref
      details.brandID = event.brandID
    case .priceChanged(let event): details.priceHT = event.priceHT
    case .productTypesSet(let event): details.types = event.types
    case .productCategoriesSet(let event): details.categories = event.categories
    case .productCatalogsSet(let event): details.catalogs = event.catalogs
    case .withdrawalExclusionSet(let event): details.withdrawalExclusion = event.exclusion
    case .attributeAdded, .attributeChanged, .attributeStockAdjusted, .attributeRemoved, .characteristicAdded, .characteristicChanged,
      .characteristicRemoved, .imageAdded, .imageChanged, .imagesReordered, .imageResized, .imageRemoved:
      parts.evolve(event)
    case .productDeleted:
      state = .deleted
      return
    }
    state = .present(details, parts)
  }

  // MARK: Decisions

  /// Puts a product on sale. Adding the same one again changes nothing.
  public static func decide(_ command: AddProduct, _ state: State) throws(ProductRejection) -> [Event] {
    let id = command.productID
    let new = command.details
    if case .present(new, _) = state { return [] }
    guard state == .missing else { throw .alreadyExists(id) }
    try check(new)
    return [
      .productAdded(
        ProductAdded(
          productID: id, name: new.name, ref: new.ref, priceHT: new.priceHT, brandID: new.brandID, websiteID: new.websiteID,
          types: new.types, imported: id.isImported))
    ] + setLinks(of: id, new, since: nil) + setExclusion(of: id, new, since: nil)
  }

  /// Gives a product new content: one event for each of details, price, types, categories, catalogues and exclusion that differ.
  /// - Parameter wanted: the content after the change.
  public static func decide(_ command: ChangeProduct, _ wanted: Details, _ state: State) throws(ProductRejection) -> [Event] {
    let id = command.productID
    guard case .present(let old, _) = state else { throw .notFound(id) }
    guard wanted.websiteID == old.websiteID else { throw .invalid(FieldError("website_id", .unknown)) }
    try check(wanted)
    var events: [Event] = []
    if (wanted.name, wanted.ref, wanted.brandID) != (old.name, old.ref, old.brandID) {
      events.append(
        .productDetailsChanged(ProductDetailsChanged(productID: id, name: wanted.name, ref: wanted.ref, brandID: wanted.brandID)))
    }
    if wanted.priceHT != old.priceHT {
      events.append(.priceChanged(PriceChanged(productID: id, previousPriceHT: old.priceHT, priceHT: wanted.priceHT)))
    }
    if Set(wanted.types.map(\.typeID)) != Set(old.types.map(\.typeID)) {
      events.append(.productTypesSet(ProductTypesSet(productID: id, types: keeping(old.types, wanted.types))))
    }
    return events + setLinks(of: id, wanted, since: old) + setExclusion(of: id, wanted, since: old)
  }

  private static func setExclusion(of id: ProductID, _ wanted: Details, since old: Details?) -> [Event] {
    guard wanted.withdrawalExclusion != old?.withdrawalExclusion else { return [] }
    return [.withdrawalExclusionSet(WithdrawalExclusionSet(productID: id, exclusion: wanted.withdrawalExclusion))]
  }

  /// The events that put a product into its categories and catalogues, as far as they differ.
  private static func setLinks(of id: ProductID, _ wanted: Details, since old: Details?) -> [Event] {
    var events: [Event] = []
    let (categories, catalogs) = (old?.categories ?? [], old?.catalogs ?? [])
    if Set(wanted.categories.map(\.target)) != Set(categories.map(\.target)) {
      events.append(
        .productCategoriesSet(ProductCategoriesSet(productID: id, categories: keeping(categories, wanted.categories))))
    }
    if Set(wanted.catalogs.map(\.target)) != Set(catalogs.map(\.target)) {
      events.append(.productCatalogsSet(ProductCatalogsSet(productID: id, catalogs: keeping(catalogs, wanted.catalogs))))
    }
    return events
  }

  /// The wanted links; one that stays keeps its id.
  private static func keeping<Link: ProductLink>(_ old: [Link], _ wanted: [Link]) -> [Link] {
    let kept = Dictionary(uniqueKeysWithValues: old.map { ($0.target, $0) })
    return wanted.map { kept[$0.target] ?? $0 }
  }

  /// Takes a product from sale. Doing it again changes nothing.
  public static func decide(_ command: DeleteProduct, _ state: State) throws(ProductRejection) -> [Event] {
    switch state {
    case .missing: throw .notFound(command.productID)
    case .deleted: return []
    case .present(let details, _):
      if let error = catching({ () throws(FieldError) in try TextRules.optional(command.reason, "reason") }) { throw .invalid(error) }
      return [.productDeleted(ProductDeleted(productID: command.productID, ref: details.ref, reason: command.reason))]
    }
  }

  /// The claim on a reference.
  static func claim(_ ref: String) -> String { "product-ref:\(TextRules.folded(ref))" }

  private static func check(_ details: Details) throws(ProductRejection) {
    let error = catching { () throws(FieldError) in
      try TextRules.required(details.name, "name")
      try TextRules.required(details.ref, "ref")
      guard details.priceHT >= .zero, details.priceHT <= maximumPrice else {
        throw FieldError("price_ht", .outOfRange(minimum: 0, maximum: maximumPrice.rawValue / 100))
      }
      try check(details.types, "type_ids", maximum: maximumTypes)
      try check(details.categories, "category_ids", maximum: maximumCategories)
      try check(details.catalogs, "catalog_ids", maximum: maximumCatalogs)
    }
    if let error { throw .invalid(error) }
  }

  private static func check(_ links: [some ProductLink], _ field: String, maximum: Int) throws(FieldError) {
    guard links.count <= maximum else { throw FieldError(field, .tooLong(maximum: maximum)) }
    guard Set(links.map(\.target)).count == links.count else { throw FieldError(field, .duplicate) }
  }

  static func catching(_ rules: () throws(FieldError) -> Void) -> FieldError? {
    do {
      try rules()
      return nil
    } catch {
      return error
    }
  }
}

extension Product: WebsiteOwned {
  public static func isForeign(_ state: State, to websiteID: WebsiteID?) -> Bool {
    if case .present(let details, _) = state { details.websiteID != websiteID } else { false }
  }
}

/// Why a command on a product is refused. That a reference is taken shows in its claim, not here.
public enum ProductRejection: Rejection, Hashable {
  /// A field breaks a rule, or names something that does not exist.
  case invalid(FieldError)
  /// There is no such product on sale.
  case notFound(ProductID)
  /// The id has, or had, another product; or the product has another part of this id.
  case alreadyExists(ProductID)
  /// The product has no such attribute, characteristic or image.
  case partNotFound(ProductID)
  /// The product has an attribute or characteristic that says the same.
  case duplicate(field: String)
  /// The product has as many parts of a kind as one may have.
  case tooMany(maximum: Int)
  /// The variant has fewer pieces than are to be taken.
  case insufficientStock(available: Int64)
}
