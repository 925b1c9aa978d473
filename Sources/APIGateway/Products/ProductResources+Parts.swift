import Aggregates
import Postgres

/// What products consist of, and what that is grouped by.
extension ProductResources {
  static let attributeGroup = Resource(
    "attribute_group", schema: "AttributeGroup", table: "attribute_groups", from: "attribute_groups ag", id: "ag.id",
    stream: .init(AttributeGroup.category),
    fields: [
      .id("id", "ag.id"), .text("name", "ag.name").sortable, .time("created_at", "ag.created_at").nullable.sortable,
      .time("updated_at", "ag.updated_at").nullable,
    ])

  static let characteristicGroup = Resource(
    "characteristic_group", schema: "CharacteristicGroup", table: "characteristic_groups", from: "characteristic_groups cg", id: "cg.id",
    stream: .init(CharacteristicGroup.category),
    fields: [
      .id("id", "cg.id"), .text("name", "cg.name").sortable, .time("created_at", "cg.created_at").nullable.sortable,
      .time("updated_at", "cg.updated_at").nullable,
    ])

  static let relatedCharacteristic = Resource(
    "related_characteristic", schema: "RelatedCharacteristic", table: "related_characteristics", from: "related_characteristics rc",
    id: "rc.id", stream: .init(RelatedCharacteristic.category),
    fields: [
      .id("id", "rc.id"), .text("name", "rc.name").sortable, .id("id_1", "rc.id_1").nullable,
      .time("created_at", "rc.created_at").nullable.sortable, .time("updated_at", "rc.updated_at").nullable,
    ],
    relations: [.one("group", characteristicGroup, on: "cg.id = rc.id_1", showing: ["id", "name"], embedded: true)],
    filters: [.id("group_id", "rc.id_1")])

  // Parts are written on their product's stream, so its version is theirs.

  static let attribute = Resource(
    "attribute", schema: "Attribute", table: "attributes", from: "attributes a", id: "a.id", stream: stream(key: "a.product_id"),
    fields: [
      .id("id", "a.id"), .id("product_id", "a.product_id").nullable, .text("value_", "a.value_"), .integer("stock", "a.stock"),
      .id("attribute_group_id", "a.attribute_group_id").nullable, .time("created_at", "a.created_at").nullable,
      .time("updated_at", "a.updated_at").nullable,
    ],
    relations: [.one("group", attributeGroup, on: "ag.id = a.attribute_group_id", showing: ["id", "name"], embedded: true)])

  static let characteristic = Resource(
    "characteristic", schema: "Characteristic", table: "characteristics", from: "characteristics h", id: "h.id",
    stream: stream(key: "h.product_id"),
    fields: [
      .id("id", "h.id"), .id("product_id", "h.product_id").nullable, .text("value_", "h.value_"),
      .id("related_characteristic_id", "h.related_characteristic_id").nullable, .time("created_at", "h.created_at").nullable,
      .time("updated_at", "h.updated_at").nullable,
    ],
    relations: [
      .one(
        "related", relatedCharacteristic, on: "rc.id = h.related_characteristic_id", showing: ["id", "name", "group"], embedded: true)
    ])

  static let image = Resource(
    "image", schema: "Image", table: "product_images", from: "product_images i", id: "i.id", stream: stream(key: "i.product_id"),
    fields: [
      .id("id", "i.id"), .id("product_id", "i.product_id"), .choice("type", "i.type", ImageType.allCases.map(\.rawValue)),
      .text(
        "file",
        """
        case when i.original_url like '\(Bucket.products.rawValue)/%'
          then '/api/v1/products/products/' || i.product_id || '/images/' || i.id || '/file' end
        """
      ).nullable,
      .text("original_url", "i.original_url"), .text("thumbnail_url", "i.thumbnail_url").nullable,
      .text("medium_url", "i.medium_url").nullable, .text("filename", "i.filename"), .text("alt_text", "i.alt_text").nullable,
      .integer("position", "i.position"), .integer("size", "i.size"), .text("mime_type", "i.mime_type"),
      .time("created_at", "i.created_at").nullable, .time("updated_at", "i.updated_at").nullable,
    ])

  private static func stream(key: String) -> Resource.Stream { .init(Product.category, key: "\(key)::text") }

  // MARK: Queries

  /// `$1` bigint: the row's id, and likewise below.
  static let oneAttributeGroup = RowQuery("products.attribute_group", attributeGroup, where: "ag.id = $1")
  static let oneCharacteristicGroup = RowQuery("products.characteristic_group", characteristicGroup, where: "cg.id = $1")
  static let oneRelatedCharacteristic = RowQuery("products.related_characteristic", relatedCharacteristic, where: "rc.id = $1")
  static let attributeGroups = Listing("products.attribute_groups", attributeGroup, defaultSort: "name", defaultLimit: 50)
  static let characteristicGroups = Listing("products.characteristic_groups", characteristicGroup, defaultSort: "name", defaultLimit: 50)
  static let relatedCharacteristics = Listing(
    "products.related_characteristics", relatedCharacteristic, defaultSort: "name", defaultLimit: 50)

  /// `$1` bigint: the part. `$2` bigint: its product.
  static let oneAttribute = RowQuery("products.attribute", attribute, where: "a.id = $1 and a.product_id = $2 and \(isOnSale("$2"))")
  static let oneCharacteristic = RowQuery(
    "products.characteristic", characteristic, where: "h.id = $1 and h.product_id = $2 and \(isOnSale("$2"))")
  static let oneImage = RowQuery("products.image", image, where: "i.id = $1 and i.product_id = $2 and \(isOnSale("$2"))")

  /// `$1` bigint: the product.
  static let attributes = WholeQuery(
    "products.attributes", attribute, where: "a.product_id = $1", order: "a.attribute_group_id, a.id", ifThereIs: isOnSale("$1"))
  static let characteristics = WholeQuery(
    "products.characteristics", characteristic, where: "h.product_id = $1", order: "h.related_characteristic_id, h.id",
    ifThereIs: isOnSale("$1"))
  static let images = WholeQuery(
    "products.images", image, where: "i.product_id = $1", order: "i.position, i.id", ifThereIs: isOnSale("$1"))

  private static func isOnSale(_ product: String) -> String {
    "exists (select from products o where o.id = \(product) and o.deleted_at is null and \(ReadScope.own("o.website_id")))"
  }
}
