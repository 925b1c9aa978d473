import Aggregates
import EventSourcing

/// What baskets and orders both know of others' facts: products with their types and rates, and whose an address is.
///
/// Copies come from the owners' public events alone, so a service can be rebuilt without asking another one.
/// Nothing here changes a row outside the `copies` schema.
enum Copies {
  static let tables = [products, productTypes, types, vat, addresses]

  static let handlers = typesAndRates + productsAndAddresses

  private static let typesAndRates: [EventHandler] =
    EventHandler.reference(ProductType.self, types, columns: { ["vat_id": .id($0.vatID)] }) { id, _, rows in
      rows.deleteAll(from: productTypes, where: "type_id", equals: .id(id))
    }
    + EventHandler.reference(VAT.self, vat, columns: { ["value_": .rate($0.rate)] }) { id, _, rows in
      rows.updateAll(types, where: "vat_id", equals: .id(id), set: ["vat_id": nil])
    }

  private static let productsAndAddresses: [EventHandler] = [
    .on(ProductAdded.self) { event, _, rows in
      rows.insert(
        into: products,
        [
          "id": .id(event.productID), "ref": .text(event.ref), "name": .text(event.name), "price_ht": .money(event.priceHT), "stock": 0,
          "website_id": .id(event.websiteID),
        ])
      insertTypes(event.types, of: event.productID, &rows)
    },
    .on(ProductDetailsChanged.self) { event, _, rows in
      rows.update(products, .id(event.productID), set: ["ref": .text(event.ref), "name": .text(event.name)])
    },
    .on(PriceChanged.self) { event, _, rows in
      rows.update(products, .id(event.productID), set: ["price_ht": .money(event.priceHT)])
    },
    .on(WithdrawalExclusionSet.self) { event, _, rows in
      rows.update(products, .id(event.productID), set: ["withdrawal_exclusion": .name(event.exclusion)])
    },
    .on(ProductTypesSet.self) { event, _, rows in
      rows.deleteAll(from: productTypes, where: "product_id", equals: .id(event.productID))
      insertTypes(event.types, of: event.productID, &rows)
    },
    .on(ProductDeleted.self) { event, facts, rows in
      rows.update(products, .id(event.productID), set: ["deleted_at": .timestamp(facts.occurredAt)])
    },
    .on(StockAdjusted.self) { event, _, rows in setStock(event.level, of: event.productID, &rows) },
    .on(StockReserved.self) { event, _, rows in setStock(event.level, of: event.productID, &rows) },
    .on(StockReleased.self) { event, _, rows in setStock(event.level, of: event.productID, &rows) },
    .on(StockDispatched.self) { event, _, rows in setStock(event.level, of: event.productID, &rows) },
    .on(StockReturned.self) { event, _, rows in setStock(event.level, of: event.productID, &rows) },
    .on(AddressAdded.self) { event, _, rows in
      rows.insert(
        into: addresses,
        ["id": .id(event.addressID), "user_id": .id(event.userID), "type": .name(event.addressType), "is_default": false])
    },
    .on(AddressChanged.self) { event, _, rows in
      rows.update(addresses, .id(event.addressID), set: ["type": .name(event.addressType)])
    },
    .on(AddressDeleted.self) { event, _, rows in
      rows.delete(from: addresses, .id(event.addressID))
    },
    .on(DefaultAddressChanged.self) { event, _, rows in
      if let previous = event.previousDefaultID {
        rows.updateAll(addresses, where: "id", equals: .id(previous), set: ["is_default": false])
      }
      if let new = event.newDefaultID { rows.update(addresses, .id(new), set: ["is_default": true]) }
    },
  ]

  private static func setStock(_ level: StockLevel, of product: ProductID, _ rows: inout RowChanges) {
    rows.update(products, .id(product), set: ["stock": .int(level.newStock)])
  }

  private static func insertTypes(_ links: [ProductTypeLink], of product: ProductID, _ rows: inout RowChanges) {
    for link in links {
      rows.insert(into: productTypes, ["id": .id(link.id), "product_id": .id(product), "type_id": .id(link.typeID)])
    }
  }

  static let products = Table(
    "product_copies", part: .copies,
    [
      Column("id", .bigint), Column("ref", .text), Column("name", .text), Column("price_ht", .numeric(scale: 2)),
      Column("stock", .integer), Column("website_id", .bigint), Column("deleted_at", .timestamptz), Column("withdrawal_exclusion", .text),
    ])
  static let productTypes = Table(
    "product_type_copies", part: .copies, references: ["product_id": "product_copies", "type_id": "type_copies"],
    [Column("id", .bigint), Column("product_id", .bigint), Column("type_id", .bigint)])
  static let types = Table(
    "type_copies", part: .copies, references: ["vat_id": "vat_copies"], [Column("id", .bigint), Column("vat_id", .bigint)])
  static let vat = Table("vat_copies", part: .copies, [Column("id", .bigint), Column("value_", .numeric(scale: 2))])
  static let addresses = Table(
    "address_copies", part: .copies,
    [Column("id", .bigint), Column("user_id", .bigint), Column("type", .text), Column("is_default", .boolean)])
}
