import Aggregates
import EventSourcing

extension Projection {
  /// `products_service_db`: products with their stock and parts, and all that they are classified by.
  public static let products = Projection(
    database: "products_service_db",
    ownCategories: [
      VAT.category, Brand.category, ProductType.category, Category.category, Catalog.category, AttributeGroup.category,
      CharacteristicGroup.category, RelatedCharacteristic.category, Product.category, Stock.category, Reservation.category,
    ],
    tables: ProductTables.all, handlers: productReferences + product + productParts + stock)

  private static let product: [EventHandler] = [
    .on(ProductAdded.self) { event, facts, rows in
      rows.insert(
        into: ProductTables.products,
        [
          "id": .id(event.productID), "name": .text(event.name), "ref": .text(event.ref), "price_ht": .money(event.priceHT), "stock": 0,
          "id_1": .id(event.brandID), "website_id": .id(event.websiteID), "created_at": .timestamp(facts.occurredAt),
          "updated_at": .timestamp(facts.occurredAt),
        ])
      insertTypes(event.types, of: event.productID, facts, &rows)
    },
    .on(ProductDetailsChanged.self) { event, facts, rows in
      rows.update(
        ProductTables.products, .id(event.productID),
        set: [
          "name": .text(event.name), "ref": .text(event.ref), "id_1": .id(event.brandID), "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(PriceChanged.self) { event, facts, rows in
      rows.update(
        ProductTables.products, .id(event.productID),
        set: ["price_ht": .money(event.priceHT), "updated_at": .timestamp(facts.occurredAt)])
      for links in [ProductTables.productCategories, ProductTables.productCatalogs] {
        rows.updateAll(links, where: "product_id", equals: .id(event.productID), set: ["product_price_ht": .money(event.priceHT)])
      }
    },
    .on(WithdrawalExclusionSet.self) { event, facts, rows in
      rows.update(
        ProductTables.products, .id(event.productID),
        set: ["withdrawal_exclusion": .name(event.exclusion), "updated_at": .timestamp(facts.occurredAt)])
    },
    .on(ProductTypesSet.self) { event, facts, rows in
      rows.deleteAll(from: ProductTables.productTypes, where: "product_id", equals: .id(event.productID))
      insertTypes(event.types, of: event.productID, facts, &rows)
      touch(event.productID, facts, &rows)
    },
    .on(ProductCategoriesSet.self) { event, facts, rows in
      rows.deleteAll(from: ProductTables.productCategories, where: "product_id", equals: .id(event.productID))
      for link in event.categories {
        rows.insert(
          into: ProductTables.productCategories,
          [
            "id": .id(link.id), "product_id": .id(event.productID), "category_id": .id(link.categoryID),
            "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
          ])
      }
      touch(event.productID, facts, &rows)
    },
    .on(ProductCatalogsSet.self) { event, facts, rows in
      rows.deleteAll(from: ProductTables.productCatalogs, where: "product_id", equals: .id(event.productID))
      for link in event.catalogs {
        rows.insert(
          into: ProductTables.productCatalogs,
          [
            "id": .id(link.id), "product_id": .id(event.productID), "catalog_id": .id(link.catalogID),
            "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
          ])
      }
      touch(event.productID, facts, &rows)
    },
    .on(ProductDeleted.self) { event, facts, rows in
      rows.update(
        ProductTables.products, .id(event.productID),
        set: ["updated_at": .timestamp(facts.occurredAt), "deleted_at": .timestamp(facts.occurredAt)])
    },
  ]

  private static let stock: [EventHandler] = [
    .on(StockAdjusted.self) { event, facts, rows in setStock(event.level, of: event.productID, facts, &rows) },
    .on(StockReserved.self) { event, facts, rows in setStock(event.level, of: event.productID, facts, &rows) },
    .on(StockReleased.self) { event, facts, rows in setStock(event.level, of: event.productID, facts, &rows) },
    .on(StockDispatched.self) { event, facts, rows in setStock(event.level, of: event.productID, facts, &rows) },
    .on(StockReturned.self) { event, facts, rows in setStock(event.level, of: event.productID, facts, &rows) },
    // A reservation shows in the stock of its products; it has no table of its own.
    .ignoring(ReservationHeld.self), .ignoring(ReservationRefused.self), .ignoring(ReservationExtended.self),
    .ignoring(ReservationConfirmed.self), .ignoring(ReservationExpired.self), .ignoring(ReservationReleased.self),
    .ignoring(ReservationDispatched.self),
  ]

  /// What belongs to a product has changed, and with it the product.
  static func touch(_ product: ProductID, _ facts: EventFacts, _ rows: inout RowChanges) {
    rows.update(ProductTables.products, .id(product), set: ["updated_at": .timestamp(facts.occurredAt)])
  }

  private static func setStock(_ level: StockLevel, of product: ProductID, _ facts: EventFacts, _ rows: inout RowChanges) {
    rows.update(ProductTables.products, .id(product), set: ["stock": .int(level.newStock), "updated_at": .timestamp(facts.occurredAt)])
  }

  private static func insertTypes(_ types: [ProductTypeLink], of product: ProductID, _ facts: EventFacts, _ rows: inout RowChanges) {
    for link in types {
      rows.insert(
        into: ProductTables.productTypes,
        [
          "id": .id(link.id), "product_id": .id(product), "type_id": .id(link.typeID), "created_at": .timestamp(facts.occurredAt),
          "updated_at": .timestamp(facts.occurredAt),
        ])
    }
  }
}
