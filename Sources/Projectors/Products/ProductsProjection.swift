import Aggregates
import EventSourcing

extension Projection {
  /// `products_service_db`: VAT rates, brands, types and products with their stock.
  public static let products = Projection(
    database: "products_service_db",
    ownCategories: [
      VAT.category, Brand.category, ProductType.category, Product.category, Stock.category, Reservation.category,
    ],
    tables: [ProductTables.vat, ProductTables.brands, ProductTables.types, ProductTables.products, ProductTables.productTypes],
    handlers: reference + product + stock)

  private static let reference: [EventHandler] =
    EventHandler.reference(VAT.self, ProductTables.vat, columns: { ["name": .text($0.name), "value_": .rate($0.rate)] }) {
      id, facts, rows in
      rows.updateAll(
        ProductTables.types, where: "id_1", equals: .id(id), set: ["id_1": nil, "updated_at": .timestamp(facts.occurredAt)])
    }
    + EventHandler.reference(
      Brand.self, ProductTables.brands, columns: { ["name": .text($0.name), "website": .text($0.website)] })
    + EventHandler.reference(
      ProductType.self, ProductTables.types, columns: { ["name": .text($0.name), "id_1": .id($0.vatID)] }
    ) { id, _, rows in
      rows.deleteAll(from: ProductTables.productTypes, where: "type_id", equals: .id(id))
    }

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
    },
    .on(ProductTypesSet.self) { event, facts, rows in
      rows.deleteAll(from: ProductTables.productTypes, where: "product_id", equals: .id(event.productID))
      insertTypes(event.types, of: event.productID, facts, &rows)
      rows.update(ProductTables.products, .id(event.productID), set: ["updated_at": .timestamp(facts.occurredAt)])
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

/// The tables of `products_service_db`.
enum ProductTables {
  static let vat = Table("vat", [Column("id", .bigint), Column("name", .text), Column("value_", .numeric(scale: 2))])
  static let brands = Table(
    "brands",
    [
      Column("id", .bigint), Column("name", .text), Column("website", .text), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz),
    ])
  static let types = Table(
    "types", references: ["id_1": "vat"],
    [
      Column("id", .bigint), Column("name", .text), Column("id_1", .bigint), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ])
  static let products = Table(
    "products", references: ["id_1": "brands"],
    [
      Column("id", .bigint), Column("name", .text), Column("ref", .text), Column("price_ht", .numeric(scale: 2)),
      Column("stock", .integer), Column("id_1", .bigint), Column("website_id", .bigint), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz),
    ])
  static let productTypes = Table(
    "product_types", references: ["product_id": "products", "type_id": "types"],
    [
      Column("id", .bigint), Column("product_id", .bigint), Column("type_id", .bigint), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ])
}
