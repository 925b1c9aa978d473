/// What is decided about a product's attributes and characteristics. Whether groups exist is the commands' to see.
extension Product {
  /// Offers a variant. Adding the same one again changes nothing.
  public static func decide(_ command: AddAttribute, _ state: State) throws(ProductRejection) -> [Event] {
    let attributes = try state.parts(of: command.productID).attributes
    let new = command.attribute
    if let old = attributes[command.attributeID] {
      guard old == new else { throw .alreadyExists(command.productID) }
      return []
    }
    guard attributes.count < maximumAttributes else { throw .tooMany(maximum: maximumAttributes) }
    try check(new, as: command.attributeID, among: attributes)
    return [
      .attributeAdded(
        AttributeAdded(
          productID: command.productID, attributeID: command.attributeID, value: new.value, stock: new.stock, groupID: new.groupID))
    ]
  }

  /// Gives a variant another value or group.
  /// - Parameter wanted: the attribute after the change; its stock has a command of its own.
  public static func decide(_ command: ChangeAttribute, _ wanted: Attribute, _ state: State) throws(ProductRejection) -> [Event] {
    let attributes = try state.parts(of: command.productID).attributes
    guard let old = attributes[command.attributeID] else { throw .partNotFound(command.productID) }
    guard (wanted.value, wanted.groupID) != (old.value, old.groupID) else { return [] }
    try check(wanted, as: command.attributeID, among: attributes)
    return [
      .attributeChanged(
        AttributeChanged(
          productID: command.productID, attributeID: command.attributeID, value: wanted.value, groupID: wanted.groupID))
    ]
  }

  /// Counts, adds or takes pieces of a variant.
  public static func decide(_ command: AdjustAttributeStock, _ state: State) throws(ProductRejection) -> [Event] {
    guard let attribute = try state.parts(of: command.productID).attributes[command.attributeID] else {
      throw .partNotFound(command.productID)
    }
    let (stock, reason): (Int64, StockReason)
    switch command.operation {
    case .set(let quantity): (stock, reason) = (try checkedStock(quantity), .set)
    case .increment(let quantity): (stock, reason) = (try checkedStock(attribute.stock + checkedStock(quantity)), .increment)
    case .decrement(let quantity):
      (stock, reason) = (attribute.stock - (try checkedStock(quantity)), .decrement)
      guard stock >= 0 else { throw .insufficientStock(available: attribute.stock) }
    }
    guard stock != attribute.stock else { return [] }
    return [
      .attributeStockAdjusted(
        AttributeStockAdjusted(
          productID: command.productID, attributeID: command.attributeID, value: attribute.value, previousStock: attribute.stock,
          newStock: stock, reason: reason))
    ]
  }

  /// Offers a variant no longer.
  public static func decide(_ command: RemoveAttribute, _ state: State) throws(ProductRejection) -> [Event] {
    guard try state.parts(of: command.productID).attributes[command.attributeID] != nil else { throw .partNotFound(command.productID) }
    return [.attributeRemoved(AttributeRemoved(productID: command.productID, attributeID: command.attributeID))]
  }

  /// Tells something about a product. Adding the same again changes nothing.
  public static func decide(_ command: AddCharacteristic, _ state: State) throws(ProductRejection) -> [Event] {
    let characteristics = try state.parts(of: command.productID).characteristics
    let new = command.characteristic
    if let old = characteristics[command.characteristicID] {
      guard old == new else { throw .alreadyExists(command.productID) }
      return []
    }
    guard characteristics.count < maximumCharacteristics else { throw .tooMany(maximum: maximumCharacteristics) }
    try check(new, as: command.characteristicID, among: characteristics)
    return [
      .characteristicAdded(
        CharacteristicAdded(
          productID: command.productID, characteristicID: command.characteristicID, value: new.value, relatedID: new.relatedID))
    ]
  }

  /// Gives a characteristic another value, or lets it tell something else.
  /// - Parameter wanted: the characteristic after the change.
  public static func decide(
    _ command: ChangeCharacteristic, _ wanted: Characteristic, _ state: State
  ) throws(ProductRejection) -> [Event] {
    let characteristics = try state.parts(of: command.productID).characteristics
    guard let old = characteristics[command.characteristicID] else { throw .partNotFound(command.productID) }
    guard wanted != old else { return [] }
    try check(wanted, as: command.characteristicID, among: characteristics)
    return [
      .characteristicChanged(
        CharacteristicChanged(
          productID: command.productID, characteristicID: command.characteristicID, value: wanted.value, relatedID: wanted.relatedID))
    ]
  }

  /// Tells something about a product no longer.
  public static func decide(_ command: RemoveCharacteristic, _ state: State) throws(ProductRejection) -> [Event] {
    guard try state.parts(of: command.productID).characteristics[command.characteristicID] != nil else {
      throw .partNotFound(command.productID)
    }
    return [.characteristicRemoved(CharacteristicRemoved(productID: command.productID, characteristicID: command.characteristicID))]
  }

  private static func check(
    _ attribute: Attribute, as id: AttributeID, among others: [AttributeID: Attribute]
  ) throws(ProductRejection) {
    try checkValue(attribute.value)
    _ = try checkedStock(attribute.stock)
    let value = TextRules.folded(attribute.value)
    let isTaken = others.contains { $0.key != id && $0.value.groupID == attribute.groupID && TextRules.folded($0.value.value) == value }
    if isTaken { throw .duplicate(field: "value_") }
  }

  private static func check(
    _ characteristic: Characteristic, as id: CharacteristicID, among others: [CharacteristicID: Characteristic]
  ) throws(ProductRejection) {
    try checkValue(characteristic.value)
    let value = TextRules.folded(characteristic.value)
    let isTaken = others.contains {
      $0.key != id && $0.value.relatedID == characteristic.relatedID && TextRules.folded($0.value.value) == value
    }
    if isTaken { throw .duplicate(field: "value_") }
  }

  private static func checkValue(_ value: String) throws(ProductRejection) {
    if let error = catching({ () throws(FieldError) in try TextRules.required(value, "value_") }) { throw .invalid(error) }
  }

  private static func checkedStock(_ quantity: Int64) throws(ProductRejection) -> Int64 {
    guard (0...Stock.maximum).contains(quantity) else {
      throw .invalid(FieldError("stock", .outOfRange(minimum: 0, maximum: Stock.maximum)))
    }
    return quantity
  }
}
