public import EventSourcing

/// Offers a variant of a product. Adding the same one again changes nothing.
public struct AddAttribute: Command {
  public var productID: ProductID
  /// Drawn before.
  public var attributeID: AttributeID
  public var attribute: Product.Attribute

  public init(productID: ProductID, attributeID: AttributeID, attribute: Product.Attribute) {
    self.productID = productID
    self.attributeID = attributeID
    self.attribute = attribute
  }

  public func decide(in session: inout DecisionSession) throws -> Created<AttributeID> {
    let events = try Product.decide(self, session.load(Product.self, productID))
    if !events.isEmpty { try session.requireGroup(attribute.groupID) }
    try session.record(events, on: Product.self, productID)
    return Created(attributeID)
  }
}

/// Gives a variant another value or group. Its stock has a command of its own.
public struct ChangeAttribute: Command {
  public var productID: ProductID
  public var attributeID: AttributeID
  /// What is to become of the attribute; may run several times.
  public var change: @Sendable (inout Product.Attribute) -> Void

  public init(productID: ProductID, attributeID: AttributeID, change: @escaping @Sendable (inout Product.Attribute) -> Void) {
    self.productID = productID
    self.attributeID = attributeID
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Product.self, productID)
    guard var attribute = try state.parts(of: productID).attributes[attributeID] else {
      throw ProductRejection.partNotFound(productID)
    }
    change(&attribute)
    let events = try Product.decide(self, attribute, state)
    // The group that stays must still be there too: its id is written again.
    if !events.isEmpty { try session.requireGroup(attribute.groupID) }
    try session.record(events, on: Product.self, productID)
    return NoAnswer()
  }
}

/// Counts, adds or takes pieces of a variant by hand.
public struct AdjustAttributeStock: Command {
  public var productID: ProductID
  public var attributeID: AttributeID
  public var operation: AdjustStock.Operation

  public init(productID: ProductID, attributeID: AttributeID, _ operation: AdjustStock.Operation) {
    self.productID = productID
    self.attributeID = attributeID
    self.operation = operation
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.record(Product.decide(self, session.load(Product.self, productID)), on: Product.self, productID)
    return NoAnswer()
  }
}

/// Offers a variant no longer.
public struct RemoveAttribute: Command {
  public var productID: ProductID
  public var attributeID: AttributeID

  public init(productID: ProductID, attributeID: AttributeID) {
    self.productID = productID
    self.attributeID = attributeID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.record(Product.decide(self, session.load(Product.self, productID)), on: Product.self, productID)
    return NoAnswer()
  }
}

extension DecisionSession {
  fileprivate mutating func requireGroup(_ groupID: AttributeGroupID?) throws {
    do {
      try requirePresent(AttributeGroup.self, groupID, field: "attribute_group_id")
    } catch ReferenceRejection.invalid(let error) {
      throw ProductRejection.invalid(error)
    }
  }
}
