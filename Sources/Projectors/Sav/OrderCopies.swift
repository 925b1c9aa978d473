import Aggregates
import EventSourcing

/// What the support service knows of orders: whose they are, what they are worth, where they stand, and what can come back.
enum OrderCopies {
  static let tables = [table, lines]

  private static let table = Table(
    "order_copies", part: .copies,
    [
      Column("id", .bigint), Column("order_number", .text), Column("user_id", .bigint), Column("total_amount_ttc", .numeric(scale: 2)),
      Column("status", .text), Column("has_failed_payment", .boolean), Column("delivered_at", .timestamptz),
      Column("website_id", .bigint),
    ])
  private static let lines = Table(
    "order_line_copies", part: .copies,
    [
      Column("id", .bigint), Column("order_id", .bigint), Column("product_id", .bigint), Column("quantity", .integer),
      Column("net_ht", .numeric(scale: 2)), Column("vat", .numeric(scale: 2)), Column("withdrawal_exclusion", .text),
    ])

  static let handlers: [EventHandler] = [
    .on(OrderPlaced.self) { event, _, rows in
      insert(event.orderID, event.orderNumber, event.userID, event.totals.totalTTC, .pending, &rows, website: event.websiteID)
      for line in event.lines {
        // What is left and its VAT make up the line's total, so the subtraction cannot overflow.
        let net = Cents(line.totalHT.rawValue - line.discount.rawValue)
        rows.insert(
          into: lines,
          [
            "id": .id(line.orderItemID), "order_id": .id(event.orderID), "product_id": .id(line.productID),
            "quantity": .int(line.quantity), "net_ht": .money(net), "vat": .money(line.vat),
            "withdrawal_exclusion": .name(line.withdrawalExclusion),
          ])
      }
    },
    // It was delivered and paid for elsewhere: tickets can be about it, but nothing of it comes back here.
    .on(OrderImported.self) { event, _, rows in
      insert(event.orderID, event.orderNumber, event.userID, event.totalTTC, .delivered, &rows)
    },
    .on(OrderConfirmed.self) { event, _, rows in set(event.orderID, .confirmed, &rows) },
    .on(OrderProcessingStarted.self) { event, _, rows in set(event.orderID, .processing, &rows) },
    .on(OrderShipped.self) { event, _, rows in set(event.orderID, .shipped, &rows) },
    .on(OrderDelivered.self) { event, facts, rows in
      rows.update(
        table, .id(event.orderID),
        set: ["status": .name(OrderStatusName.delivered), "delivered_at": .timestamp(facts.occurredAt)])
    },
    .on(OrderCancelled.self) { event, _, rows in
      let isUnpaid = event.reason == .paymentFailed || event.reason == .captureFailed
      rows.update(
        table, .id(event.orderID), set: ["status": .name(OrderStatusName.cancelled), "has_failed_payment": .bool(isUnpaid)])
    },
    .on(OrderRefunded.self) { event, _, rows in if event.complete { set(event.orderID, .refunded, &rows) } },
    .on(OrderReturned.self) { event, _, rows in if event.complete { set(event.orderID, .returned, &rows) } },
  ]

  private static func insert(
    _ id: OrderID, _ number: String, _ user: UserID, _ total: Cents, _ status: OrderStatusName, _ rows: inout RowChanges,
    website: WebsiteID? = nil
  ) {
    rows.insert(
      into: table,
      [
        "id": .id(id), "order_number": .text(number), "user_id": .id(user), "total_amount_ttc": .money(total), "status": .name(status),
        "has_failed_payment": false, "website_id": .id(website),
      ])
  }

  private static func set(_ id: OrderID, _ status: OrderStatusName, _ rows: inout RowChanges) {
    rows.update(table, .id(id), set: ["status": .name(status)])
  }
}
