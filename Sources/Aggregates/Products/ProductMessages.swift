import EventSourcing
import JSON

/// What other services hear of products, their stock and the small tables around them.
public enum ProductMessages {
  public static let all: [MessageTranslation] = products + parts + stock + reservations + references

  private static let products: [MessageTranslation] = [
    MessageTranslation(ProductAdded.self, "products.product.created") { json, product, event in
      json.field("product_id", product.productID)
      json.field("name", product.name)
      json.field("ref", product.ref)
      json.field("price_ht", product.priceHT)
      // What there is in stock is told by `products.inventory.updated`.
      json.field("stock", 0)
      json.field("brand_id", product.brandID)
      json.field("website_id", product.websiteID)
      json.field("type_ids", product.types.map(\.typeID))
      json.field("created_at", event.occurredAt)
    },
    MessageTranslation(ProductDetailsChanged.self, "products.product.updated") { json, product, event in
      json.field("product_id", product.productID)
      json.object("updated_fields") { json in
        json.field("name", product.name)
        json.field("ref", product.ref)
        json.field("brand_id", product.brandID)
      }
      json.field("updated_at", event.occurredAt)
    },
    MessageTranslation(PriceChanged.self, "products.product.updated") { json, product, event in
      json.field("product_id", product.productID)
      json.object("updated_fields") { $0.field("price_ht", product.priceHT) }
      json.field("previous_price_ht", product.previousPriceHT)
      json.field("updated_at", event.occurredAt)
    },
    updated(ProductTypesSet.self) { ($0.productID, "type_ids", $0.types.map(\.typeID.rawValue)) },
    updated(ProductCategoriesSet.self) { ($0.productID, "category_ids", $0.categories.map(\.categoryID.rawValue)) },
    updated(ProductCatalogsSet.self) { ($0.productID, "catalog_ids", $0.catalogs.map(\.catalogID.rawValue)) },
    MessageTranslation(WithdrawalExclusionSet.self, "products.product.updated") { json, product, event in
      json.field("product_id", product.productID)
      json.object("updated_fields") { $0.field("withdrawal_exclusion", name: product.exclusion) }
      json.field("updated_at", event.occurredAt)
    },
    MessageTranslation(ProductDeleted.self, "products.product.deleted") { json, product, event in
      json.field("product_id", product.productID)
      json.field("ref", product.ref)
      json.field("deleted_at", event.occurredAt)
      json.field("soft_delete", true)
      json.field("reason", product.reason)
    },
  ]

  private static func updated<Payload: EventPayload>(
    _ payload: Payload.Type, _ facts: @escaping @Sendable (Payload) -> (product: ProductID, field: StaticString, ids: [Int64])
  ) -> MessageTranslation {
    MessageTranslation(payload, "products.product.updated") { json, payload, event in
      let facts = facts(payload)
      json.field("product_id", facts.product)
      json.object("updated_fields") { $0.field(facts.field, facts.ids) }
      json.field("updated_at", event.occurredAt)
    }
  }

  private static let parts: [MessageTranslation] = [
    MessageTranslation(ImageAdded.self, "products.image.added", type: "product.image.added") { json, image, event in
      json.field("product_id", image.productID)
      json.field("image_id", image.imageID)
      json.field("type", name: image.imageType)
      json.field("original_url", image.originalURL)
      json.field("created_at", event.occurredAt)
    },
    MessageTranslation(ImageChanged.self, "products.image.updated", type: "product.image.updated"),
    MessageTranslation(ImagesReordered.self, "products.image.reordered", type: "product.image.reordered"),
    MessageTranslation(ImageResized.self, "products.image.resized", type: "product.image.resized"),
    MessageTranslation(ImageRemoved.self, "products.image.removed", type: "product.image.removed"),
    MessageTranslation(AttributeAdded.self, "products.attribute.added"),
    MessageTranslation(AttributeChanged.self, "products.attribute.updated"),
    MessageTranslation(AttributeRemoved.self, "products.attribute.removed"),
    MessageTranslation(CharacteristicAdded.self, "products.characteristic.added"),
    MessageTranslation(CharacteristicChanged.self, "products.characteristic.updated"),
    MessageTranslation(CharacteristicRemoved.self, "products.characteristic.removed"),
  ]

  private static let stock: [MessageTranslation] = [
    inventory(StockAdjusted.self) { ($0.productID, $0.level, $0.reason, nil) },
    inventory(StockReserved.self) { ($0.productID, $0.level, StockMove.orderPlaced, $0.orderID) },
    inventory(StockReleased.self) { ($0.productID, $0.level, $0.reason, $0.orderID) },
    inventory(StockDispatched.self) { ($0.productID, $0.level, StockMove.dispatched, $0.orderID) },
    inventory(StockReturned.self) { ($0.productID, $0.level, StockMove.returned, $0.orderID) },
    MessageTranslation(AttributeStockAdjusted.self, "products.inventory.updated") { json, attribute, event in
      json.field("product_id", attribute.productID)
      json.field("previous_stock", attribute.previousStock)
      json.field("new_stock", attribute.newStock)
      json.field("change", attribute.newStock - attribute.previousStock)
      json.field("reason", name: attribute.reason)
      json.null("order_id")
      json.field("attribute_id", attribute.attributeID)
      json.field("attribute_value", attribute.value)
      json.field("updated_at", event.occurredAt)
    },
  ]

  /// Why there is more or less in stock, where the event says it by its own name.
  private enum StockMove: String, CaseIterable {
    case orderPlaced = "order_placed"
    case dispatched, returned
  }

  /// Stock is free stock: what is on hand and not reserved.
  private static func inventory<Payload: EventPayload, Reason: RawRepresentable<String> & Sendable>(
    _ payload: Payload.Type,
    _ facts: @escaping @Sendable (Payload) -> (product: ProductID, level: StockLevel, reason: Reason, order: OrderID?)
  ) -> MessageTranslation {
    MessageTranslation(payload, "products.inventory.updated") { json, payload, event in
      let facts = facts(payload)
      json.field("product_id", facts.product)
      json.field("previous_stock", facts.level.previousStock)
      json.field("new_stock", facts.level.newStock)
      json.field("change", facts.level.newStock - facts.level.previousStock)
      json.field("reason", name: facts.reason)
      json.field("order_id", facts.order)
      json.null("attribute_id")
      json.null("attribute_value")
      json.field("updated_at", event.occurredAt)
    }
  }

  private static let reservations: [MessageTranslation] = [
    MessageTranslation(ReservationHeld.self, "products.inventory.reserved"),
    MessageTranslation(ReservationRefused.self, "products.inventory.reserve_failed") { json, refusal, _ in
      json.field("order_id", refusal.orderID)
      json.array("items", refusal.shortages) { $1.encode(to: &$0) }
    },
    MessageTranslation(ReservationReleased.self, "products.inventory.released"),
    MessageTranslation(
      ReservationExpired.self, "products.inventory.released", adding: { json, _ in json.field("reason", name: ReleaseReason.expired) }),
    MessageTranslation(ReservationExtended.self, "products.inventory.reservation_extended"),
    MessageTranslation(ReservationConfirmed.self, "products.inventory.reservation_confirmed"),
    MessageTranslation(ReservationDispatched.self, "products.inventory.dispatched"),
  ]

  private static let references: [MessageTranslation] =
    MessageTranslation.reference(VAT.self, "products.vat") + MessageTranslation.reference(Brand.self, "products.brand")
    + MessageTranslation.reference(ProductType.self, "products.type") + MessageTranslation.tree(Category.self, "products.category")
    + MessageTranslation.tree(Catalog.self, "products.catalog")
    + MessageTranslation.reference(AttributeGroup.self, "products.attribute_group")
    + MessageTranslation.reference(CharacteristicGroup.self, "products.characteristic_group")
    + MessageTranslation.reference(RelatedCharacteristic.self, "products.related_characteristic")
}
