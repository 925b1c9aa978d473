import Aggregates

/// The id of something that belongs to a product, with what it is called in a path.
protocol PartID: EntityID {
  static var parameter: String { get }
}

extension AttributeID: PartID {
  static var parameter: String { "attribute_id" }
}

extension CharacteristicID: PartID {
  static var parameter: String { "characteristic_id" }
}

extension ImageID: PartID {
  static var parameter: String { "image_id" }
}

/// A route that names a part of a product in its path.
struct PartInput<ID: PartID>: RouteInput {
  let productID: ProductID
  let id: ID

  init(_ fields: inout InputReader) {
    productID = fields.path("id", .id(ProductID.self))
    id = fields.path(ID.parameter, .id(ID.self))
  }
}

struct NewAttribute: RouteInput {
  let productID: ProductID
  let attribute: Product.Attribute

  init(_ fields: inout InputReader) {
    productID = fields.path("id", .id(ProductID.self))
    attribute = Product.Attribute(
      value: fields.body("value_", .text(255)), groupID: fields.optional("attribute_group_id", .id(AttributeGroupID.self)),
      stock: fields.optional("stock", .integer(min: 0, max: 2_147_483_647)) ?? 0)
  }
}

struct AttributeChange: RouteInput {
  let productID: ProductID
  let id: AttributeID
  let value: String?
  let groupID: Change<AttributeGroupID>

  init(_ fields: inout InputReader) {
    productID = fields.path("id", .id(ProductID.self))
    id = fields.path("attribute_id", .id(AttributeID.self))
    value = fields.change("value_", .text(255))
    groupID = fields.nullableChange("attribute_group_id", .id(AttributeGroupID.self))
  }
}

struct AttributeStockChange: RouteInput {
  let productID: ProductID
  let id: AttributeID
  let operation: AdjustStock.Operation

  init(_ fields: inout InputReader) {
    productID = fields.path("id", .id(ProductID.self))
    id = fields.path("attribute_id", .id(AttributeID.self))
    operation = fields.stockOperation()
  }
}

struct NewCharacteristic: RouteInput {
  let productID: ProductID
  let characteristic: Product.Characteristic

  init(_ fields: inout InputReader) {
    productID = fields.path("id", .id(ProductID.self))
    characteristic = Product.Characteristic(
      value: fields.body("value_", .text(255)),
      relatedID: fields.optional("related_characteristic_id", .id(RelatedCharacteristicID.self)))
  }
}

struct CharacteristicChange: RouteInput {
  let productID: ProductID
  let id: CharacteristicID
  let value: String?
  let relatedID: Change<RelatedCharacteristicID>

  init(_ fields: inout InputReader) {
    productID = fields.path("id", .id(ProductID.self))
    id = fields.path("characteristic_id", .id(CharacteristicID.self))
    value = fields.change("value_", .text(255))
    relatedID = fields.nullableChange("related_characteristic_id", .id(RelatedCharacteristicID.self))
  }
}

/// What can be said otherwise of an image; its files stay.
struct ImageChange: RouteInput {
  let productID: ProductID
  let id: ImageID
  let type: ImageType?
  let altText: Change<String>
  let position: Int64?

  init(_ fields: inout InputReader) {
    productID = fields.path("id", .id(ProductID.self))
    id = fields.path("image_id", .id(ImageID.self))
    type = fields.change("type", .choice(ImageType.self))
    altText = fields.nullableChange("alt_text", .text(255))
    position = fields.change("position", .integer(min: 0, max: 2_147_483_647))
  }
}

struct ImageOrder: RouteInput {
  let productID: ProductID
  let imageIDs: [ImageID]

  init(_ fields: inout InputReader) {
    productID = fields.path("id", .id(ProductID.self))
    imageIDs = fields.body("image_ids", .list(of: .id(ImageID.self), atMost: Product.maximumImages))
  }
}
