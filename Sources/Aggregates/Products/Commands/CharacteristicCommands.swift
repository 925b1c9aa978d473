public import EventSourcing

/// Tells something about a product. Adding the same again changes nothing.
public struct AddCharacteristic: Command {
  public var productID: ProductID
  /// Drawn before.
  public var characteristicID: CharacteristicID
  public var characteristic: Product.Characteristic

  public init(productID: ProductID, characteristicID: CharacteristicID, characteristic: Product.Characteristic) {
    self.productID = productID
    self.characteristicID = characteristicID
    self.characteristic = characteristic
  }

  public func decide(in session: inout DecisionSession) throws -> Created<CharacteristicID> {
    let events = try Product.decide(self, session.load(Product.self, productID))
    if !events.isEmpty { try session.requireRelated(characteristic.relatedID) }
    try session.record(events, on: Product.self, productID)
    return Created(characteristicID)
  }
}

/// Gives a characteristic another value, or lets it tell something else.
public struct ChangeCharacteristic: Command {
  public var productID: ProductID
  public var characteristicID: CharacteristicID
  /// What is to become of the characteristic; may run several times.
  public var change: @Sendable (inout Product.Characteristic) -> Void

  public init(
    productID: ProductID, characteristicID: CharacteristicID, change: @escaping @Sendable (inout Product.Characteristic) -> Void
  ) {
    self.productID = productID
    self.characteristicID = characteristicID
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Product.self, productID)
    guard var characteristic = try state.parts(of: productID).characteristics[characteristicID] else {
      throw ProductRejection.partNotFound(productID)
    }
    change(&characteristic)
    let events = try Product.decide(self, characteristic, state)
    // What stays must still be there too: its id is written again.
    if !events.isEmpty { try session.requireRelated(characteristic.relatedID) }
    try session.record(events, on: Product.self, productID)
    return NoAnswer()
  }
}

/// Tells something about a product no longer.
public struct RemoveCharacteristic: Command {
  public var productID: ProductID
  public var characteristicID: CharacteristicID

  public init(productID: ProductID, characteristicID: CharacteristicID) {
    self.productID = productID
    self.characteristicID = characteristicID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.record(Product.decide(self, session.load(Product.self, productID)), on: Product.self, productID)
    return NoAnswer()
  }
}

extension DecisionSession {
  fileprivate mutating func requireRelated(_ relatedID: RelatedCharacteristicID?) throws {
    do {
      try requirePresent(RelatedCharacteristic.self, relatedID, field: "related_characteristic_id")
    } catch ReferenceRejection.invalid(let error) {
      throw ProductRejection.invalid(error)
    }
  }
}
