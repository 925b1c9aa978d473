import Aggregates
import EventSourcing

extension Projection {
  /// `orders_service_db`: orders with their lines, statuses and payments.
  public static let orders = Projection(
    database: "orders_service_db", ownCategories: ["orderstatus", "order", "payment", "checkout"],
    tables: [OrderTables.statuses, OrderTables.orders, OrderTables.items, OrderTables.payments, OrderTables.refunds] + Copies.tables,
    handlers: statuses + order + imported + PaymentRows.handlers + sagas + Copies.handlers)

  private static let statuses = EventHandler.reference(OrderStatus.self, OrderTables.statuses) { row in
    ["name": .text(row.name), "description": .text(row.description)]
  }

  private static let order: [EventHandler] = [
    .on(OrderPlaced.self) { event, facts, rows in
      rows.insert(
        into: OrderTables.orders,
        [
          "id": .id(event.orderID), "order_number": .text(event.orderNumber), "user_id": .id(event.userID),
          "billing_address_id": .id(event.billingAddressID), "shipping_address_id": .id(event.shippingAddressID),
          "status_id": .id(OrderStatusName.pending.id), "total_amount_ht": .money(event.totals.totalHT),
          "total_amount_ttc": .money(event.totals.totalTTC), "total_discount": .money(event.totals.totalDiscount),
          "vat_amount": .money(event.totals.totalVAT), "notes": .text(event.personal?.notes), "website_id": .id(event.websiteID),
          "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
        ])
      for line in event.lines { insert(line, into: event.orderID, facts, &rows) }
    },
    // The status stays pending: stock and payment are asked for in turn.
    .ignoring(OrderStockReserved.self),
    .on(OrderConfirmed.self) { event, facts, rows in setStatus(.confirmed, of: event.orderID, facts, &rows) },
    .on(OrderPaid.self) { event, facts, rows in
      rows.update(OrderTables.orders, .id(event.orderID), set: ["updated_at": .timestamp(facts.occurredAt)])
    },
    .on(OrderCancelled.self) { event, facts, rows in
      rows.update(
        OrderTables.orders, .id(event.orderID),
        set: [
          "status_id": .id(OrderStatusName.cancelled.id), "notes": .text("Cancelled: \(event.comment ?? event.reason.rawValue)"),
          "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(OrderProcessingStarted.self) { event, facts, rows in setStatus(.processing, of: event.orderID, facts, &rows) },
    .on(OrderShipped.self) { event, facts, rows in setStatus(.shipped, of: event.orderID, facts, &rows) },
    .on(OrderDelivered.self) { event, facts, rows in setStatus(.delivered, of: event.orderID, facts, &rows) },
    .on(OrderRefunded.self) { event, facts, rows in
      if event.complete { setStatus(.refunded, of: event.orderID, facts, &rows) }
    },
    .on(OrderReturned.self) { event, facts, rows in
      if event.complete { setStatus(.returned, of: event.orderID, facts, &rows) }
    },
    .on(OrderNoted.self) { event, facts, rows in
      rows.update(
        OrderTables.orders, .id(event.orderID),
        set: ["notes": .text(event.personal?.notes), "updated_at": .timestamp(facts.occurredAt)])
    },
    .on(OrderDeleted.self) { event, facts, rows in
      rows.update(
        OrderTables.orders, .id(event.orderID),
        set: ["updated_at": .timestamp(facts.occurredAt), "deleted_at": .timestamp(facts.occurredAt)])
    },
  ]

  // The saga's notes to itself; health shows what is parked.
  private static let sagas: [EventHandler] = [
    .ignoring(SagaStepRefused.self), .ignoring(SagaStepSkipped.self), .ignoring(SagaParked.self), .ignoring(SagaResumed.self),
  ]

  private static let imported: [EventHandler] = [
    .on(OrderImported.self) { event, facts, rows in
      rows.insert(
        into: OrderTables.orders,
        [
          "id": .id(event.orderID), "order_number": .text(event.orderNumber), "user_id": .id(event.userID),
          "billing_address_id": .id(event.billingAddressID), "status_id": .id(OrderStatusName.delivered.id),
          "total_amount_ht": .money(event.totalHT), "total_amount_ttc": .money(event.totalTTC),
          "total_discount": .money(event.totalDiscount), "vat_amount": .money(event.totalVAT),
          "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
        ])
      for line in event.lines where line.merchandise || line.carriesMoney {
        rows.insert(
          into: OrderTables.items,
          [
            "id": .id(line.orderItemID), "order_id": .id(event.orderID), "product_id": .id(line.productID),
            "product_name": .text(line.productName), "product_ref": .text(line.productRef), "quantity": .int(max(1, line.quantity)),
            "unit_price_ht": .money(line.unitPriceHT), "unit_price_ttc": .money(line.unitPriceHT), "total_price_ht": .money(line.totalHT),
            "total_discount": .money(line.discount), "vat_amount": .decimal(0),
            "total_price_ttc": .decimal(line.totalHT.rawValue - line.discount.rawValue), "vat_rate": .decimal(0),
            "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
          ])
      }
    }
  ]

  private static func insert(_ line: CheckoutLine, into order: OrderID, _ facts: EventFacts, _ rows: inout RowChanges) {
    rows.insert(
      into: OrderTables.items,
      [
        "id": .id(line.orderItemID), "order_id": .id(order), "product_id": .id(line.productID), "product_name": .text(line.productName),
        "product_ref": .text(line.productRef), "quantity": .int(line.quantity), "unit_price_ht": .money(line.unitPriceHT),
        "unit_price_ttc": .money(line.unitPriceTTC), "total_price_ht": .money(line.totalHT), "total_discount": .money(line.discount),
        "vat_amount": .money(line.vat), "total_price_ttc": .money(line.totalTTC), "vat_rate": .rate(line.vatRate),
        "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
      ])
  }

  private static func setStatus(_ status: OrderStatusName, of order: OrderID, _ facts: EventFacts, _ rows: inout RowChanges) {
    rows.update(
      OrderTables.orders, .id(order), set: ["status_id": .id(status.id), "updated_at": .timestamp(facts.occurredAt)])
  }
}

extension ImportedOrderLine {
  /// A line of quantity 0 is shown only when one of its amounts is not 0.00.
  var carriesMoney: Bool { totalHT != .zero || discount != .zero }
}

/// The tables of `orders_service_db`.
enum OrderTables {
  static let statuses = Table(
    "order_status",
    [
      Column("id", .bigint), Column("name", .text), Column("description", .text), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ])
  static let orders = Table(
    "orders", references: ["status_id": "order_status"],
    [
      Column("id", .bigint), Column("order_number", .text), Column("user_id", .bigint), Column("billing_address_id", .bigint),
      Column("shipping_address_id", .bigint), Column("status_id", .bigint), Column("total_amount_ht", .numeric(scale: 2)),
      Column("total_amount_ttc", .numeric(scale: 2)), Column("total_discount", .numeric(scale: 2)),
      Column("vat_amount", .numeric(scale: 2)), Column("notes", .text), Column("website_id", .bigint),
      Column("created_at", .timestamptz), Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz),
    ])
  static let items = Table(
    "order_items", references: ["order_id": "orders"],
    [
      Column("id", .bigint), Column("order_id", .bigint), Column("product_id", .bigint), Column("product_name", .text),
      Column("product_ref", .text), Column("quantity", .integer), Column("unit_price_ht", .numeric(scale: 2)),
      Column("unit_price_ttc", .numeric(scale: 2)), Column("total_price_ht", .numeric(scale: 2)),
      Column("total_discount", .numeric(scale: 2)), Column("vat_amount", .numeric(scale: 2)),
      Column("total_price_ttc", .numeric(scale: 2)), Column("vat_rate", .numeric(scale: 2)), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ])
  static let payments = Table(
    "payments", references: ["order_id": "orders"],
    [
      Column("id", .bigint), Column("order_id", .bigint), Column("attempt", .integer), Column("method", .text), Column("provider", .text),
      Column("provider_id", .text), Column("status", .text), Column("amount", .numeric(scale: 2)), Column("currency", .text),
      Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
  static let refunds = Table(
    "refunds", references: ["payment_id": "payments", "order_id": "orders"],
    [
      Column("id", .bigint), Column("payment_id", .bigint), Column("order_id", .bigint), Column("amount", .numeric(scale: 2)),
      Column("reason", .text), Column("status", .text), Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
}
