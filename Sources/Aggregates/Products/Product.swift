public import EventSourcing

/// A product (stream `product-<id>`): its name, reference, price, brand and types. Its stock is a stream of its own (`Stock`).
public enum Product: Aggregate {
  public typealias Event = ProductEvent
  public static let category = "product"
  public static let initialState = State.missing
  /// The highest price, by the column `numeric(10,2)`: 99,999,999.99.
  public static let maximumPrice = Cents(9_999_999_999)
  /// How many types a product may have.
  public static let maximumTypes = 50

  /// What is known of a product.
  public enum State: Hashable, Sendable {
    case missing
    case present(Details)
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

    public init(
      name: String, ref: String, priceHT: Cents, brandID: BrandID? = nil, websiteID: WebsiteID? = nil, types: [ProductTypeLink] = []
    ) {
      self.name = name
      self.ref = ref
      self.priceHT = priceHT
      self.brandID = brandID
      self.websiteID = websiteID
      self.types = types
    }
  }

  public static func evolve(_ state: inout State, _ event: ProductEvent) {
    if case .productAdded(let event) = event {
      state = .present(
        Details(
          name: event.name, ref: event.ref, priceHT: event.priceHT, brandID: event.brandID, websiteID: event.websiteID,
          types: event.types))
      return
    }
    guard case .present(var details) = state else { return }
    switch event {
    case .productAdded: break
    case .productDetailsChanged(let event):
      details.name = event.name
      details.ref = event.ref
      details.brandID = event.brandID
    case .priceChanged(let event): details.priceHT = event.priceHT
    case .productTypesSet(let event): details.types = event.types
    case .productDeleted:
      state = .deleted
      return
    }
    state = .present(details)
  }

  // MARK: Decisions

  /// Puts a product on sale. Adding the same one again changes nothing.
  public static func decide(_ command: AddProduct, _ state: State) throws(ProductRejection) -> [Event] {
    let id = command.productID
    let new = command.details
    guard state != .present(new) else { return [] }
    guard state == .missing else { throw .alreadyExists(id) }
    try check(new)
    return [
      .productAdded(
        ProductAdded(
          productID: id, name: new.name, ref: new.ref, priceHT: new.priceHT, brandID: new.brandID, websiteID: new.websiteID,
          types: new.types, imported: id.isImported))
    ]
  }

  /// Gives a product new content: one event for each of details, price and types that differ.
  /// - Parameter wanted: the content after the change.
  public static func decide(_ command: ChangeProduct, _ wanted: Details, _ state: State) throws(ProductRejection) -> [Event] {
    let id = command.productID
    guard case .present(let old) = state else { throw .notFound(id) }
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
      // A type that stays keeps its link.
      let kept = Dictionary(uniqueKeysWithValues: old.types.map { ($0.typeID, $0) })
      events.append(.productTypesSet(ProductTypesSet(productID: id, types: wanted.types.map { kept[$0.typeID] ?? $0 })))
    }
    return events
  }

  /// Takes a product from sale. Doing it again changes nothing.
  public static func decide(_ command: DeleteProduct, _ state: State) throws(ProductRejection) -> [Event] {
    switch state {
    case .missing: throw .notFound(command.productID)
    case .deleted: return []
    case .present(let details):
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
      guard details.types.count <= maximumTypes else { throw FieldError("type_ids", .tooLong(maximum: maximumTypes)) }
      guard Set(details.types.map(\.typeID)).count == details.types.count else { throw FieldError("type_ids", .duplicate) }
    }
    if let error { throw .invalid(error) }
  }

  private static func catching(_ rules: () throws(FieldError) -> Void) -> FieldError? {
    do {
      try rules()
      return nil
    } catch {
      return error
    }
  }
}

/// Why a command on a product is refused. That a reference is taken shows in its claim, not here.
public enum ProductRejection: Rejection, Hashable {
  /// A field breaks a rule, or names a brand or type that does not exist.
  case invalid(FieldError)
  /// There is no such product on sale.
  case notFound(ProductID)
  /// The id has, or had, another product.
  case alreadyExists(ProductID)
}
