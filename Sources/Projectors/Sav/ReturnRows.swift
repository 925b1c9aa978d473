import Aggregates
import EventSourcing

/// How returns fill their two tables.
enum ReturnRows {
  static let handlers: [EventHandler] = [
    .on(ReturnRequested.self) { event, facts, rows in
      let now = SQLValue.timestamp(facts.occurredAt)
      rows.insert(
        into: returns,
        [
          "id": .id(event.key.returnID), "ticket_id": .id(event.key.ticketID), "order_id": .id(event.key.orderID),
          "user_id": .id(event.key.userID), "reason": .name(event.reason), "status": .name(ReturnStatus.requested),
          "comment": .text(event.personal?.text), "created_at": now, "updated_at": now,
        ])
      for line in event.lines {
        rows.insert(
          into: lines,
          [
            "id": .id(line.lineID), "return_id": .id(event.key.returnID), "order_item_id": .id(line.orderItemID),
            "product_id": .id(line.productID), "quantity": .int(line.quantity), "created_at": now, "updated_at": now,
          ])
      }
    },
    .on(ReturnAuthorised.self) { event, facts, rows in
      set(event.key, .authorised, ["label": .text(event.label), "send_back_until": .timestamp(event.sendBackUntil)], facts, &rows)
    },
    .on(ReturnRefused.self) { event, facts, rows in
      set(event.key, .refused, ["refusal_reason": .text(event.personal?.text)], facts, &rows)
    },
    .on(ReturnShippedBack.self) { event, facts, rows in
      let values: ColumnValues = ["tracking": .text(event.tracking), "send_back_until": nil, "refund_due_at": .time(event.refundDueAt)]
      set(event.key, .inTransit, values, facts, &rows)
    },
    .on(ReturnExpired.self) { event, facts, rows in set(event.key, .expired, ["send_back_until": nil], facts, &rows) },
    .on(ReturnReceived.self) { event, facts, rows in
      var values: ColumnValues = ["send_back_until": nil]
      if let due = event.refundDueAt { values.append(["refund_due_at": .timestamp(due)]) }
      set(event.key, .received, values, facts, &rows)
      for item in event.items {
        rows.update(
          lines, .id(item.lineID), set: ["received_quantity": .int(item.quantity), "updated_at": .timestamp(facts.occurredAt)])
      }
    },
    .on(ReturnInspected.self) { event, facts, rows in
      let values: ColumnValues = event.isSettled ? ["settled_at": .timestamp(facts.occurredAt)] : [:]
      set(event.key, event.isSettled ? .settled : .inspected, values, facts, &rows)
      for line in event.lines {
        rows.update(
          lines, .id(line.lineID),
          set: ["accepted_quantity": .int(line.accepted), "restock": .bool(line.restock), "updated_at": .timestamp(facts.occurredAt)])
      }
    },
    .on(ReturnRefunded.self) { event, facts, rows in
      var values: ColumnValues = ["refund_due_at": nil, "refund_amount": .money(event.amount)]
      if event.isSettled { values.append(["settled_at": .timestamp(facts.occurredAt)]) }
      set(event.key, event.isSettled ? .settled : nil, values, facts, &rows)
      for line in event.lines {
        rows.update(
          lines, .id(line.lineID),
          set: ["refund_ht": .money(line.amountHT), "refund_vat": .money(line.vat), "updated_at": .timestamp(facts.occurredAt)])
      }
    },
    .on(ReturnReplaced.self) { event, facts, rows in
      let values: ColumnValues = [
        "refund_due_at": nil, "replacement_order_id": .id(event.newOrderID), "settled_at": .timestamp(facts.occurredAt),
      ]
      set(event.key, .settled, values, facts, &rows)
    },
    .on(ReturnSentBack.self) { event, facts, rows in
      set(event.key, .settled, ["refund_due_at": nil, "settled_at": .timestamp(facts.occurredAt)], facts, &rows)
    },
    .ignoring(ReturnUnitsClaimed.self), .ignoring(ReturnUnitsReleased.self), .ignoring(ReturnUnitsRefunded.self),
    .ignoring(TicketReturnRequested.self),
  ]

  /// - Parameter status: nil leaves it.
  private static func set(
    _ key: ReturnKey, _ status: ReturnStatus?, _ values: ColumnValues, _ facts: EventFacts, _ rows: inout RowChanges
  ) {
    var all = values
    if let status { all.append(["status": .name(status)]) }
    all.append(["updated_at": .timestamp(facts.occurredAt)])
    rows.update(returns, .id(key.returnID), set: all)
  }

  static let returns = Table(
    "returns", references: ["ticket_id": "support_tickets"],
    [
      Column("id", .bigint), Column("ticket_id", .bigint), Column("order_id", .bigint), Column("user_id", .bigint),
      Column("reason", .text), Column("status", .text), Column("comment", .text), Column("refusal_reason", .text), Column("label", .text),
      Column("tracking", .text), Column("send_back_until", .timestamptz), Column("refund_due_at", .timestamptz),
      Column("refund_amount", .numeric(scale: 2)), Column("replacement_order_id", .bigint), Column("settled_at", .timestamptz),
      Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
  static let lines = Table(
    "return_lines", references: ["return_id": "returns"],
    [
      Column("id", .bigint), Column("return_id", .bigint), Column("order_item_id", .bigint), Column("product_id", .bigint),
      Column("quantity", .integer), Column("received_quantity", .integer), Column("accepted_quantity", .integer),
      Column("restock", .boolean), Column("refund_ht", .numeric(scale: 2)), Column("refund_vat", .numeric(scale: 2)),
      Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
}
