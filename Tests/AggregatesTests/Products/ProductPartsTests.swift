import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct ProductPartsTests {
  let id = ProductID(1_000)
  let red = Product.Attribute(value: "Red", groupID: AttributeGroupID(1), stock: 3)

  private func scenario() async throws -> Scenario {
    try await Scenario().given(SeedAttributeGroup(id: AttributeGroupID(1), row: .init(name: "Color")))
      .given(SeedRelatedCharacteristic(id: RelatedCharacteristicID(1), row: .init(name: "Ports")))
      .given(AddProduct(productID: id, details: .init(name: "Phone", ref: "PH-1", priceHT: Cents(99_900))))
  }

  // MARK: Attributes

  @Test func `a variant is offered with its stock, changed and withdrawn`() async throws {
    let scenario = try await scenario()
    let attribute = AttributeID(1)
    try await scenario.when(AddAttribute(productID: id, attributeID: attribute, attribute: red)).then(
      .attributeAdded(AttributeAdded(productID: id, attributeID: attribute, value: "Red", stock: 3, groupID: AttributeGroupID(1))),
      on: Product.self, id
    ).andNothingElse()
    try await scenario.when(AddAttribute(productID: id, attributeID: attribute, attribute: red)).thenNothing()
    try await scenario.when(AddAttribute(productID: id, attributeID: attribute, attribute: .init(value: "Blue")))
      .thenRejected(ProductRejection.alreadyExists(id))
    try await scenario.when(ChangeAttribute(productID: id, attributeID: attribute) { $0.value = "Crimson" }).then(
      .attributeChanged(AttributeChanged(productID: id, attributeID: attribute, value: "Crimson", groupID: AttributeGroupID(1))),
      on: Product.self, id)
    try await scenario.when(ChangeAttribute(productID: id, attributeID: attribute) { $0.value = "Crimson" }).thenNothing()
    try await scenario.when(RemoveAttribute(productID: id, attributeID: attribute))
      .then(.attributeRemoved(AttributeRemoved(productID: id, attributeID: attribute)), on: Product.self, id)
    try await scenario.when(RemoveAttribute(productID: id, attributeID: attribute)).thenRejected(ProductRejection.partNotFound(id))
  }

  @Test func `a value stands once in a group of a product`() async throws {
    let scenario = try await scenario().given(AddAttribute(productID: id, attributeID: AttributeID(1), attribute: red))
    try await scenario.when(
      AddAttribute(productID: id, attributeID: AttributeID(2), attribute: .init(value: "RED", groupID: AttributeGroupID(1)))
    ).thenRejected(ProductRejection.duplicate(field: "value_"))
    // Without a group it is something else.
    let more = try await scenario.given(AddAttribute(productID: id, attributeID: AttributeID(2), attribute: .init(value: "Red")))
    try await more.when(ChangeAttribute(productID: id, attributeID: AttributeID(2)) { $0.groupID = AttributeGroupID(1) })
      .thenRejected(ProductRejection.duplicate(field: "value_"))
  }

  @Test func `the stock of a variant is counted apart and never falls below zero`() async throws {
    let scenario = try await scenario().given(AddAttribute(productID: id, attributeID: AttributeID(1), attribute: red))
    func adjusted(_ previous: Int64, _ new: Int64, _ reason: StockReason) -> ProductEvent {
      .attributeStockAdjusted(
        AttributeStockAdjusted(
          productID: id, attributeID: AttributeID(1), value: "Red", previousStock: previous, newStock: new, reason: reason))
    }
    func adjust(_ operation: AdjustStock.Operation) -> AdjustAttributeStock {
      AdjustAttributeStock(productID: id, attributeID: AttributeID(1), operation)
    }
    try await scenario.when(adjust(.increment(4))).then(adjusted(3, 7, .increment), on: Product.self, id).andNothingElse()
    try await scenario.when(adjust(.decrement(8))).thenRejected(ProductRejection.insufficientStock(available: 7))
    try await scenario.when(adjust(.decrement(7))).then(adjusted(7, 0, .decrement), on: Product.self, id)
    try await scenario.when(adjust(.set(0))).thenNothing()
    let outOfRange = FieldError("stock", .outOfRange(minimum: 0, maximum: Stock.maximum))
    try await scenario.when(adjust(.set(-1))).thenRejected(ProductRejection.invalid(outOfRange))
    try await scenario.when(adjust(.set(Stock.maximum))).then(adjusted(0, Stock.maximum, .set), on: Product.self, id)
    try await scenario.when(adjust(.increment(1))).thenRejected(ProductRejection.invalid(outOfRange))
  }

  @Test func `what a part refers to must exist, also when it is written again`() async throws {
    let scenario = try await scenario().given(AddAttribute(productID: id, attributeID: AttributeID(1), attribute: red))
    try await scenario.when(
      AddAttribute(productID: id, attributeID: AttributeID(2), attribute: .init(value: "M", groupID: AttributeGroupID(9)))
    ).thenRejected(ProductRejection.invalid(FieldError("attribute_group_id", .unknown)))
    try await scenario.when(
      AddCharacteristic(
        productID: id, characteristicID: CharacteristicID(1), characteristic: .init(value: "2", relatedID: RelatedCharacteristicID(9)))
    ).thenRejected(ProductRejection.invalid(FieldError("related_characteristic_id", .unknown)))
    // The rows have lost the group by the declared rule; its id must not come back.
    let without = try await scenario.given(RemoveAttributeGroup(id: AttributeGroupID(1), usedBy: 0))
    try await without.when(ChangeAttribute(productID: id, attributeID: AttributeID(1)) { $0.value = "Rose" })
      .thenRejected(ProductRejection.invalid(FieldError("attribute_group_id", .unknown)))
    _ = try await without.given(ChangeAttribute(productID: id, attributeID: AttributeID(1)) { $0.groupID = nil })
  }

  // MARK: Characteristics

  @Test func `a characteristic is told once, changed and taken back`() async throws {
    let scenario = try await scenario()
    let characteristic = CharacteristicID(1)
    let ports = Product.Characteristic(value: "HDMI", relatedID: RelatedCharacteristicID(1))
    try await scenario.when(AddCharacteristic(productID: id, characteristicID: characteristic, characteristic: ports)).then(
      .characteristicAdded(
        CharacteristicAdded(productID: id, characteristicID: characteristic, value: "HDMI", relatedID: RelatedCharacteristicID(1))),
      on: Product.self, id
    ).andNothingElse()
    try await scenario.when(AddCharacteristic(productID: id, characteristicID: characteristic, characteristic: ports)).thenNothing()
    try await scenario.when(AddCharacteristic(productID: id, characteristicID: CharacteristicID(2), characteristic: ports))
      .thenRejected(ProductRejection.duplicate(field: "value_"))
    try await scenario.when(ChangeCharacteristic(productID: id, characteristicID: characteristic) { $0.value = "USB-C" }).then(
      .characteristicChanged(
        CharacteristicChanged(productID: id, characteristicID: characteristic, value: "USB-C", relatedID: RelatedCharacteristicID(1))),
      on: Product.self, id)
    try await scenario.when(ChangeCharacteristic(productID: id, characteristicID: characteristic) { $0.value = " " })
      .thenRejected(ProductRejection.invalid(FieldError("value_", .blank)))
    try await scenario.when(RemoveCharacteristic(productID: id, characteristicID: characteristic))
      .then(.characteristicRemoved(CharacteristicRemoved(productID: id, characteristicID: characteristic)), on: Product.self, id)
    try await scenario.when(ChangeCharacteristic(productID: id, characteristicID: characteristic) { $0.value = "x" })
      .thenRejected(ProductRejection.partNotFound(id))
  }

  // MARK: Images

  private func image(_ type: ImageType = .gallery, position: Int64? = nil) -> Product.Image {
    Product.Image(originalURL: "products/PH-1/x.jpg", filename: "x.jpg", size: 10, mimeType: "image/jpeg", type: type, position: position)
  }

  private func added(_ image: Int64, _ type: ImageType, _ position: Int64) -> ProductEvent {
    .imageAdded(
      ImageAdded(
        productID: id, imageID: ImageID(image), originalURL: "products/PH-1/x.jpg", filename: "x.jpg", imageType: type,
        position: position, size: 10, mimeType: "image/jpeg"))
  }

  private func changed(_ image: Int64, _ type: ImageType, _ position: Int64) -> ProductEvent {
    .imageChanged(ImageChanged(productID: id, imageID: ImageID(image), imageType: type, altText: nil, position: position))
  }

  @Test func `one image is the main one, and whichever becomes it sends the former to the gallery`() async throws {
    let scenario = try await scenario()
    try await scenario.when(AddImage(productID: id, imageID: ImageID(1), image: image(.main)))
      .then(added(1, .main, 0), on: Product.self, id).andNothingElse()
    try await scenario.when(AddImage(productID: id, imageID: ImageID(1), image: image(.main))).thenNothing()
    try await scenario.when(AddImage(productID: id, imageID: ImageID(2), image: image(.main)))
      .then(changed(1, .gallery, 0), added(2, .main, 1), on: Product.self, id)
    try await scenario.when(ChangeImage(productID: id, imageID: ImageID(1)) { $0.type = .main })
      .then(changed(2, .gallery, 1), changed(1, .main, 0), on: Product.self, id)
    try await scenario.when(ChangeImage(productID: id, imageID: ImageID(1)) { $0.type = .main }).thenNothing()
  }

  @Test func `images stand in an order that names all of them`() async throws {
    let scenario = try await scenario().given(AddImage(productID: id, imageID: ImageID(1), image: image()))
      .given(AddImage(productID: id, imageID: ImageID(2), image: image(position: 7)))
    try await scenario.when(AddImage(productID: id, imageID: ImageID(3), image: image())).then(added(3, .gallery, 8), on: Product.self, id)
    let order = [ImageID(3), ImageID(1), ImageID(2)]
    try await scenario.when(ReorderImages(productID: id, imageIDs: order))
      .then(.imagesReordered(ImagesReordered(productID: id, imageIDs: order)), on: Product.self, id)
    try await scenario.when(ReorderImages(productID: id, imageIDs: order)).thenNothing()
    for wrong in [[ImageID(1), ImageID(2)], [ImageID(1), ImageID(2), ImageID(2)], [ImageID(1), ImageID(2), ImageID(9)]] {
      try await scenario.when(ReorderImages(productID: id, imageIDs: wrong))
        .thenRejected(ProductRejection.invalid(FieldError("image_ids", .unknown)))
    }
    try await scenario.when(RemoveImage(productID: id, imageID: ImageID(3))).then(
      .imageRemoved(ImageRemoved(productID: id, imageID: ImageID(3), originalURL: "products/PH-1/x.jpg")), on: Product.self, id)
    try await scenario.when(RemoveImage(productID: id, imageID: ImageID(3))).thenRejected(ProductRejection.partNotFound(id))
  }

  @Test func `an image has its smaller versions once, and they go with it`() async throws {
    let scenario = try await scenario().given(AddImage(productID: id, imageID: ImageID(1), image: image()))
    let resize = ResizeImage(productID: id, imageID: ImageID(1), thumbnailURL: "products/a-thumb.jpg", mediumURL: "products/a-medium.jpg")
    let resized = ImageResized(
      productID: id, imageID: ImageID(1), thumbnailURL: "products/a-thumb.jpg", mediumURL: "products/a-medium.jpg")
    let result = try await scenario.when(resize).then(.imageResized(resized), on: Product.self, id).andNothingElse()
    try await result.and.when(resize).thenNothing()
    // Who adds the image again has not taken them away.
    try await result.and.when(AddImage(productID: id, imageID: ImageID(1), image: image())).thenNothing()
    var other = resize
    other.mediumURL = "products/b-medium.jpg"
    try await result.and.when(other).thenRejected(ProductRejection.alreadyExists(id))
    let removed = ImageRemoved(
      productID: id, imageID: ImageID(1), originalURL: "products/PH-1/x.jpg", thumbnailURL: resized.thumbnailURL,
      mediumURL: resized.mediumURL)
    let gone = try await result.and.when(RemoveImage(productID: id, imageID: ImageID(1))).then(
      .imageRemoved(removed), on: Product.self, id)
    try await gone.and.when(resize).thenRejected(ProductRejection.partNotFound(id))
  }

  @Test func `an image has its limits`() async throws {
    let scenario = try await scenario()
    func rejected(_ field: String, _ reason: FieldError.Reason, _ image: Product.Image) async throws {
      try await scenario.when(AddImage(productID: id, imageID: ImageID(1), image: image))
        .thenRejected(ProductRejection.invalid(FieldError(field, reason)))
    }
    func image(url: String = "u", name: String = "n", size: Int64 = 1, mime: String = "image/png", position: Int64? = nil) -> Product.Image
    { Product.Image(originalURL: url, filename: name, size: size, mimeType: mime, position: position) }
    try await rejected("original_url", .blank, image(url: ""))
    try await rejected("filename", .tooLong(maximum: 255), image(name: String(repeating: "x", count: 256)))
    try await rejected("mime_type", .malformed, image(mime: "text/html"))
    try await rejected("size", .outOfRange(minimum: 0, maximum: 5_242_880), image(size: 5_242_881))
    try await rejected("position", .outOfRange(minimum: 0, maximum: Stock.maximum), image(position: -1))
    _ = try await scenario.given(AddImage(productID: id, imageID: ImageID(1), image: image(size: 5_242_880)))
  }

  @Test func `a product that is no longer sold takes no parts`() async throws {
    let scenario = try await scenario().given(AddAttribute(productID: id, attributeID: AttributeID(1), attribute: red))
      .given(DeleteProduct(productID: id))
    try await scenario.when(AddAttribute(productID: id, attributeID: AttributeID(2), attribute: .init(value: "Blue")))
      .thenRejected(ProductRejection.notFound(id))
    try await scenario.when(RemoveAttribute(productID: id, attributeID: AttributeID(1))).thenRejected(ProductRejection.notFound(id))
    try await scenario.when(AddImage(productID: id, imageID: ImageID(1), image: image())).thenRejected(ProductRejection.notFound(id))
    try await scenario.when(ReorderImages(productID: ProductID(9), imageIDs: []))
      .thenRejected(ProductRejection.notFound(ProductID(9)))
  }

  @Test func `a product has only so many parts`() async throws {
    var scenario = try await scenario()
    for number in 1...Int64(Product.maximumImages) {
      scenario = try await scenario.given(AddImage(productID: id, imageID: ImageID(number), image: image()))
    }
    try await scenario.when(AddImage(productID: id, imageID: ImageID(99), image: image()))
      .thenRejected(ProductRejection.tooMany(maximum: Product.maximumImages))
  }
}
