public import EventSourcing

/// Puts a product on sale, with the stock there is of it; imported ones (by their id) too. Adding the same one again changes nothing.
public struct AddProduct: Command {
  /// Drawn before.
  public var productID: ProductID
  public var details: Product.Details
  /// Pieces on hand; 0 or more.
  public var stock: Int64
  /// When it was put on sale, for imports; nil for now.
  public var addedAt: Timestamp?

  public init(productID: ProductID, details: Product.Details, stock: Int64 = 0, addedAt: Timestamp? = nil) {
    self.productID = productID
    self.details = details
    self.stock = stock
    self.addedAt = addedAt
  }

  public func decide(in session: inout DecisionSession) throws -> Created<ProductID> {
    let state = try session.load(Product.self, productID, isNew: true)
    let events = try Product.decide(self, state)
    guard !events.isEmpty else { return Created(productID) }
    try session.checkReferences(of: details)
    try session.record(events, on: Product.self, productID, occurredAt: addedAt)
    session.claim(Product.claim(details.ref), for: Product.stream(productID))
    if stock != 0 {
      let level = try session.load(Stock.self, productID, isNew: true)
      let reason: StockReason = productID.isImported ? .imported : .set
      let adjusted = try Stock.decide(AdjustStock(productID: productID, .set(stock)), reason: reason, level)
      try session.record(adjusted, on: Stock.self, productID, occurredAt: addedAt)
    }
    return Created(productID)
  }
}

/// Puts a product of another system on sale: `AddProduct` under an imported id.
public typealias ImportProduct = AddProduct

/// Gives a product new content, whole or in part. What it stays in keeps its link, so links may always be given fresh ids.
public struct ChangeProduct: Command {
  public var productID: ProductID
  /// What is to become of the product; may run several times. The website cannot be changed.
  public var change: @Sendable (inout Product.Details) -> Void

  public init(productID: ProductID, change: @escaping @Sendable (inout Product.Details) -> Void) {
    self.productID = productID
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Product.self, productID)
    guard case .present(let old, _) = state else { throw ProductRejection.notFound(productID) }
    var wanted = old
    change(&wanted)
    let events = try Product.decide(self, wanted, state)
    guard !events.isEmpty else { return NoAnswer() }
    try session.checkReferences(of: wanted, since: old)
    try session.record(events, on: Product.self, productID)
    let (before, after) = (Product.claim(old.ref), Product.claim(wanted.ref))
    if before != after {
      session.claim(after, for: Product.stream(productID))
      session.release(before, from: Product.stream(productID))
    }
    return NoAnswer()
  }
}

/// Takes a product from sale; orders keep knowing it, and its reference stays taken. Doing it again changes nothing.
public struct DeleteProduct: Command {
  public var productID: ProductID
  public var reason: String?

  public init(productID: ProductID, reason: String? = nil) {
    self.productID = productID
    self.reason = reason
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Product.self, productID)
    try session.record(Product.decide(self, state), on: Product.self, productID)
    return NoAnswer()
  }
}

extension DecisionSession {
  /// Makes sure that everything a product refers to exists, as far as it is written (again).
  fileprivate mutating func checkReferences(of details: Product.Details, since old: Product.Details? = nil) throws {
    let types = details.types.map(\.typeID)
    let areTypesWritten = Set(types) != Set(old?.types.map(\.typeID) ?? [])
    if areTypesWritten { try prepare(ProductType.self, types) }
    do {
      if details.brandID != old?.brandID { try requirePresent(Brand.self, details.brandID, field: "id_1") }
      if areTypesWritten { for type in types { try requirePresent(ProductType.self, type, field: "type_ids") } }
    } catch ReferenceRejection.invalid(let error) {
      throw ProductRejection.invalid(error)
    }
    try requirePlaces(Category.self, details.categories, since: old?.categories, field: "category_ids")
    try requirePlaces(Catalog.self, details.catalogs, since: old?.catalogs, field: "catalog_ids")
  }

  private mutating func requirePlaces<Kind: TreeAggregate, Link: ProductLink>(
    _ kind: Kind.Type, _ links: [Link], since old: [Link]?, field: String
  ) throws where Link.Target == Kind.ID {
    guard !links.isEmpty, Set(links.map(\.target)) != Set(old?.map(\.target) ?? []) else { return }
    let nodes = try tree(Kind.self).nodes
    guard links.allSatisfy({ nodes[$0.target] != nil }) else { throw ProductRejection.invalid(FieldError(field, .unknown)) }
  }
}
