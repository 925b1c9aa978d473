import Aggregates
import EventSourcing

extension Projection {
  /// `baskets_service_db`: baskets with their lines and codes, and the promo codes.
  public static let baskets = Projection(
    database: "baskets_service_db", ownCategories: [DiscountType.category, PromoCode.category, Basket.category],
    tables: [BasketTables.types, BasketTables.promoCodes, BasketTables.baskets, BasketTables.items, BasketTables.codes] + Copies.tables,
    handlers: discountTypes + promoCodes + basket + Copies.handlers)

  private static let discountTypes = EventHandler.reference(DiscountType.self, BasketTables.types) { row in
    ["name": .text(row.name), "symbol": .text(row.symbol)]
  }

  private static let promoCodes: [EventHandler] = [
    .on(PromoCodeAdded.self) { event, facts, rows in
      var values = terms(event.definition, facts)
      values.append(
        [
          "id": .id(event.definition.promoCodeID), "code": .text(event.code), "current_usage": 0,
          "created_at": .timestamp(facts.occurredAt),
        ])
      rows.insert(into: BasketTables.promoCodes, values)
    },
    .on(PromoCodeChanged.self) { event, facts, rows in
      rows.update(BasketTables.promoCodes, .id(event.definition.promoCodeID), set: terms(event.definition, facts))
    },
    .on(PromoCodeDeleted.self) { event, facts, rows in
      rows.update(
        BasketTables.promoCodes, .id(event.promoCodeID),
        set: ["updated_at": .timestamp(facts.occurredAt), "deleted_at": .timestamp(facts.occurredAt)])
    },
    .on(PromoClaimed.self) { event, _, rows in
      rows.update(BasketTables.promoCodes, .id(event.promoCodeID), set: ["current_usage": .int(event.usage)])
    },
    // A claim counts as a use already.
    .ignoring(PromoRedeemed.self),
    .on(PromoUseImported.self) { event, _, rows in
      rows.update(BasketTables.promoCodes, .id(event.promoCodeID), set: ["current_usage": .int(event.usage)])
    },
    .on(PromoReleased.self) { event, _, rows in
      rows.update(BasketTables.promoCodes, .id(event.promoCodeID), set: ["current_usage": .int(event.usage)])
    },
  ]

  private static func terms(_ terms: PromoCodeDefinition, _ facts: EventFacts) -> ColumnValues {
    [
      "name": .text(terms.name), "discount": .decimal(terms.discount), "id_1": .id(terms.typeID), "valid_from": .time(terms.validFrom),
      "valid_until": .time(terms.validUntil), "min_order_amount": .money(terms.minOrderAmount), "max_discount": .money(terms.maxDiscount),
      "max_usage": .int(terms.maxUsage), "max_usage_per_user": .int(terms.maxUsagePerUser), "combinable": .bool(terms.combinable),
      "scope": scope(terms.productIDs, terms.categoryIDs), "updated_at": .timestamp(facts.occurredAt),
    ]
  }

  private static let basket: [EventHandler] = [
    .on(BasketOpened.self) { event, facts, rows in
      rows.insert(
        into: BasketTables.baskets,
        [
          "id": .id(event.basketID), "user_id": .id(event.userID), "amount": .decimal(0), "website_id": .id(event.websiteID),
          "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(BasketItemAdded.self) { event, facts, rows in
      // The first addition of a product makes the line; each later one raises its quantity.
      if event.added == event.quantity {
        let line = BasketLine(itemID: event.itemID, productID: event.productID, quantity: event.quantity, priceHT: event.priceHT)
        insert(line, into: event.basketID, facts, &rows)
      } else {
        set(event.itemID, quantity: event.quantity, priceHT: event.priceHT, facts, &rows)
      }
      touch(event.basketID, amount: event.amount, facts, &rows)
    },
    .on(BasketItemQuantityChanged.self) { event, facts, rows in
      set(event.itemID, quantity: event.quantity, priceHT: event.priceHT, facts, &rows)
      touch(event.basketID, amount: event.amount, facts, &rows)
    },
    .on(BasketItemRemoved.self) { event, facts, rows in
      rows.delete(from: BasketTables.items, .id(event.itemID))
      touch(event.basketID, amount: event.amount, facts, &rows)
    },
    .on(PromoCodeApplied.self) { event, facts, rows in
      insert(
        BasketCode(linkID: event.linkID, promoCodeID: event.promoCodeID, code: event.code), into: event.basketID, facts, &rows)
      touch(event.basketID, amount: event.amount, facts, &rows)
    },
    .on(PromoCodeTakenOff.self) { event, facts, rows in
      rows.delete(from: BasketTables.codes, .id(event.linkID))
      touch(event.basketID, amount: event.amount, facts, &rows)
    },
    .on(BasketCleared.self) { event, facts, rows in
      empty(event.basketID, &rows)
      touch(event.basketID, amount: .zero, facts, &rows)
    },
    .on(CheckoutStarted.self) { event, facts, rows in
      rows.update(BasketTables.baskets, .id(event.basketID), set: ["updated_at": .timestamp(facts.occurredAt)])
    },
    .on(OrderPlaced.self) { event, facts, rows in
      empty(event.basketID, &rows)
      rows.update(
        BasketTables.baskets, .id(event.basketID),
        set: ["amount": .decimal(0), "updated_at": .timestamp(facts.occurredAt), "deleted_at": .timestamp(facts.occurredAt)])
    },
    .on(BasketReopened.self) { event, facts, rows in
      rows.update(
        BasketTables.baskets, .id(event.basketID),
        set: ["amount": .money(event.amount), "updated_at": .timestamp(facts.occurredAt), "deleted_at": nil])
      for line in event.lines { insert(line, into: event.basketID, facts, &rows) }
      for code in event.codes { insert(code, into: event.basketID, facts, &rows) }
    },
    // Its lines went into another basket, by events of that one.
    .ignoring(BasketMerged.self),
    .on(BasketDeleted.self) { event, facts, rows in
      rows.update(
        BasketTables.baskets, .id(event.basketID),
        set: ["updated_at": .timestamp(facts.occurredAt), "deleted_at": .timestamp(facts.occurredAt)])
    },
  ]

  private static func insert(_ line: BasketLine, into basket: BasketID, _ facts: EventFacts, _ rows: inout RowChanges) {
    rows.insert(
      into: BasketTables.items,
      [
        "id": .id(line.itemID), "basket_id": .id(basket), "product_id": .id(line.productID), "quantity": .int(line.quantity),
        "price_ht": .money(line.priceHT), "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
      ])
  }

  private static func insert(_ code: BasketCode, into basket: BasketID, _ facts: EventFacts, _ rows: inout RowChanges) {
    rows.insert(
      into: BasketTables.codes,
      [
        "id": .id(code.linkID), "basket_id": .id(basket), "promo_code_id": .id(code.promoCodeID),
        "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
      ])
  }

  private static func set(
    _ item: BasketItemID, quantity: Int64, priceHT: Cents, _ facts: EventFacts, _ rows: inout RowChanges
  ) {
    rows.update(
      BasketTables.items, .id(item),
      set: ["quantity": .int(quantity), "price_ht": .money(priceHT), "updated_at": .timestamp(facts.occurredAt)])
  }

  private static func touch(_ basket: BasketID, amount: Cents, _ facts: EventFacts, _ rows: inout RowChanges) {
    rows.update(BasketTables.baskets, .id(basket), set: ["amount": .money(amount), "updated_at": .timestamp(facts.occurredAt)])
  }

  private static func empty(_ basket: BasketID, _ rows: inout RowChanges) {
    rows.deleteAll(from: BasketTables.items, where: "basket_id", equals: .id(basket))
    rows.deleteAll(from: BasketTables.codes, where: "basket_id", equals: .id(basket))
  }

  /// What a code covers; null for everything.
  private static func scope(_ products: [ProductID], _ categories: [Int64]) -> SQLValue {
    guard !products.isEmpty || !categories.isEmpty else { return .null }
    func list(_ ids: [Int64]) -> String { ids.map(String.init).joined(separator: ", ") }
    return .json(Array("{\"products\": [\(list(products.map(\.rawValue)))], \"categories\": [\(list(categories))]}".utf8))
  }
}

/// The tables of `baskets_service_db`.
enum BasketTables {
  static let types = Table(
    "types",
    [
      Column("id", .bigint), Column("name", .text), Column("symbol", .text), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz),
    ])
  static let promoCodes = Table(
    "promo_codes", references: ["id_1": "types"],
    [
      Column("id", .bigint), Column("name", .text), Column("code", .text), Column("discount", .numeric(scale: 2)),
      Column("id_1", .bigint), Column("valid_from", .timestamptz), Column("valid_until", .timestamptz),
      Column("min_order_amount", .numeric(scale: 2)), Column("max_discount", .numeric(scale: 2)), Column("max_usage", .integer),
      Column("max_usage_per_user", .integer), Column("current_usage", .integer), Column("combinable", .boolean), Column("scope", .jsonb),
      Column("created_at", .timestamptz), Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz),
    ])
  static let baskets = Table(
    "baskets",
    unique: [Table.UniqueRule("one open basket a user and website", "user_id, coalesce(website_id, 0)", where: "deleted_at is null")],
    [
      Column("id", .bigint), Column("user_id", .bigint), Column("amount", .numeric(scale: 2)), Column("website_id", .bigint),
      Column("created_at", .timestamptz), Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz),
    ])
  static let items = Table(
    "basket_items", references: ["basket_id": "baskets"],
    [
      Column("id", .bigint), Column("basket_id", .bigint), Column("product_id", .bigint), Column("quantity", .integer),
      Column("price_ht", .numeric(scale: 2)), Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
  static let codes = Table(
    "basket_promo_code", references: ["basket_id": "baskets", "promo_code_id": "promo_codes"],
    [
      Column("id", .bigint), Column("basket_id", .bigint), Column("promo_code_id", .bigint), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ])
}
