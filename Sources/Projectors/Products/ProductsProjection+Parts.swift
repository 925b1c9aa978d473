import Aggregates
import EventSourcing

extension Projection {
  /// Attributes, characteristics and images of products.
  static let productParts: [EventHandler] = attributes + characteristics + images

  private static let attributes: [EventHandler] = [
    .on(AttributeAdded.self) { event, facts, rows in
      rows.insert(
        into: ProductTables.attributes,
        [
          "id": .id(event.attributeID), "value_": .text(event.value), "stock": .int(event.stock), "product_id": .id(event.productID),
          "attribute_group_id": .id(event.groupID), "created_at": .timestamp(facts.occurredAt),
          "updated_at": .timestamp(facts.occurredAt),
        ])
      touch(event.productID, facts, &rows)
    },
    .on(AttributeChanged.self) { event, facts, rows in
      rows.update(
        ProductTables.attributes, .id(event.attributeID),
        set: [
          "value_": .text(event.value), "attribute_group_id": .id(event.groupID), "updated_at": .timestamp(facts.occurredAt),
        ])
      touch(event.productID, facts, &rows)
    },
    .on(AttributeStockAdjusted.self) { event, facts, rows in
      rows.update(
        ProductTables.attributes, .id(event.attributeID),
        set: ["stock": .int(event.newStock), "updated_at": .timestamp(facts.occurredAt)])
      touch(event.productID, facts, &rows)
    },
    .on(AttributeRemoved.self) { event, facts, rows in
      rows.delete(from: ProductTables.attributes, .id(event.attributeID))
      touch(event.productID, facts, &rows)
    },
  ]

  private static let characteristics: [EventHandler] = [
    .on(CharacteristicAdded.self) { event, facts, rows in
      rows.insert(
        into: ProductTables.characteristics,
        [
          "id": .id(event.characteristicID), "value_": .text(event.value), "product_id": .id(event.productID),
          "related_characteristic_id": .id(event.relatedID), "created_at": .timestamp(facts.occurredAt),
          "updated_at": .timestamp(facts.occurredAt),
        ])
      touch(event.productID, facts, &rows)
    },
    .on(CharacteristicChanged.self) { event, facts, rows in
      rows.update(
        ProductTables.characteristics, .id(event.characteristicID),
        set: [
          "value_": .text(event.value), "related_characteristic_id": .id(event.relatedID), "updated_at": .timestamp(facts.occurredAt),
        ])
      touch(event.productID, facts, &rows)
    },
    .on(CharacteristicRemoved.self) { event, facts, rows in
      rows.delete(from: ProductTables.characteristics, .id(event.characteristicID))
      touch(event.productID, facts, &rows)
    },
  ]

  private static let images: [EventHandler] = [
    .on(ImageAdded.self) { event, facts, rows in
      rows.insert(
        into: ProductTables.productImages,
        [
          "id": .id(event.imageID), "product_id": .id(event.productID), "original_url": .text(event.originalURL),
          "thumbnail_url": .text(event.thumbnailURL), "medium_url": .text(event.mediumURL), "filename": .text(event.filename),
          "type": .name(event.imageType), "alt_text": .text(event.altText), "position": .int(event.position), "size": .int(event.size),
          "mime_type": .text(event.mimeType), "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
        ])
      touch(event.productID, facts, &rows)
    },
    .on(ImageChanged.self) { event, facts, rows in
      rows.update(
        ProductTables.productImages, .id(event.imageID),
        set: [
          "type": .name(event.imageType), "alt_text": .text(event.altText), "position": .int(event.position),
          "updated_at": .timestamp(facts.occurredAt),
        ])
      touch(event.productID, facts, &rows)
    },
    .on(ImagesReordered.self) { event, facts, rows in
      for (position, id) in event.imageIDs.enumerated() {
        rows.update(
          ProductTables.productImages, .id(id), set: ["position": .int(position), "updated_at": .timestamp(facts.occurredAt)])
      }
      touch(event.productID, facts, &rows)
    },
    .on(ImageResized.self) { event, facts, rows in
      rows.update(
        ProductTables.productImages, .id(event.imageID),
        set: [
          "thumbnail_url": .text(event.thumbnailURL), "medium_url": .text(event.mediumURL), "updated_at": .timestamp(facts.occurredAt),
        ])
      touch(event.productID, facts, &rows)
    },
    .on(ImageRemoved.self) { event, facts, rows in
      rows.delete(from: ProductTables.productImages, .id(event.imageID))
      touch(event.productID, facts, &rows)
    },
  ]
}
