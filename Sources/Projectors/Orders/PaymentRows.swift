import Aggregates
import EventSourcing

/// The rows of `payments` and `refunds`. The status is the payment's, by the machine of its stream; what each refund
/// leaves of the captured amount decides between `partially_refunded` and `refunded`, and is in the order's own event.
enum PaymentRows {
  static let handlers: [EventHandler] = [
    .on(PaymentRequested.self) { event, facts, rows in
      rows.insert(
        into: OrderTables.payments,
        [
          "id": .id(event.paymentID), "order_id": .id(event.orderID), "attempt": .int(event.attempt), "method": .name(event.method),
          "provider": .text(event.provider), "status": "requested", "amount": .money(event.amount), "currency": .text(event.currency),
          "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(PaymentActionRequired.self) { event, facts, rows in set("action_required", event.paymentID, facts, &rows) },
    .on(PaymentAuthorised.self) { event, facts, rows in
      rows.update(
        OrderTables.payments, .id(event.paymentID),
        set: ["provider_id": .text(event.providerID), "status": "authorised", "updated_at": .timestamp(facts.occurredAt)])
    },
    .on(PaymentFailed.self) { event, facts, rows in set("failed", event.paymentID, facts, &rows) },
    // Tries to capture leave the payment authorised until one succeeds or the authorisation is given back.
    .ignoring(CaptureRequested.self), .ignoring(CaptureFailed.self), .ignoring(VoidRequested.self),
    .ignoring(PaymentReportReceived.self),
    .on(PaymentCaptured.self) { event, facts, rows in
      rows.update(
        OrderTables.payments, .id(event.paymentID),
        set: ["provider_id": .text(event.providerID), "status": "captured", "updated_at": .timestamp(facts.occurredAt)])
    },
    .on(PaymentVoided.self) { event, facts, rows in set("voided", event.paymentID, facts, &rows) },
    .on(RefundRequested.self) { event, facts, rows in
      rows.insert(
        into: OrderTables.refunds,
        [
          "id": .id(event.refundID), "payment_id": .id(event.paymentID), "order_id": .id(event.orderID), "amount": .money(event.amount),
          "reason": .text(event.reason), "status": "requested", "created_at": .timestamp(facts.occurredAt),
          "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(RefundSettled.self) { event, facts, rows in
      rows.update(
        OrderTables.refunds, .id(event.refundID), set: ["status": "settled", "updated_at": .timestamp(facts.occurredAt)])
      set(event.complete ? "refunded" : "partially_refunded", event.paymentID, facts, &rows)
    },
    .on(RefundFailed.self) { event, facts, rows in
      rows.update(
        OrderTables.refunds, .id(event.refundID), set: ["status": "failed", "updated_at": .timestamp(facts.occurredAt)])
    },
  ]

  private static func set(_ status: SQLValue, _ payment: PaymentID, _ facts: EventFacts, _ rows: inout RowChanges) {
    rows.update(OrderTables.payments, .id(payment), set: ["status": status, "updated_at": .timestamp(facts.occurredAt)])
  }
}
