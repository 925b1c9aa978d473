import EventSourcing
import JSON

/// What other services hear of orders and of their payments.
public enum OrderMessages {
  public static let all: [MessageTranslation] = orders + payments + MessageTranslation.reference(OrderStatus.self, "orders.status")

  private static let orders: [MessageTranslation] = [
    MessageTranslation(OrderPlaced.self, "orders.order.created") { json, order, event in
      json.field("order_id", order.orderID)
      json.field("order_number", order.orderNumber)
      json.field("user_id", order.userID)
      json.field("website_id", order.websiteID)
      json.field("basket_id", order.basketID)
      json.field("status_id", OrderStatusName.pending.id)
      json.field("status_name", name: OrderStatusName.pending)
      json.field("payment_method", name: order.paymentMethod)
      json.array("items", order.lines) { json, line in
        json.field("order_item_id", line.orderItemID)
        json.field("product_id", line.productID)
        json.field("product_ref", line.productRef)
        json.field("product_name", line.productName)
        json.field("quantity", line.quantity)
        json.field("unit_price_ht", line.unitPriceHT)
        json.field("unit_price_ttc", line.unitPriceTTC)
        json.field("vat_rate", line.vatRate)
        json.field("total_ht", line.totalHT)
        json.field("total_discount", line.discount)
        json.field("vat_amount", line.vat)
        json.field("total_ttc", line.totalTTC)
      }
      json.field("promo_codes", order.codes.map(\.code))
      json.field("total_amount_ht", order.totals.totalHT)
      json.field("total_amount_ttc", order.totals.totalTTC)
      json.field("total_discount", order.totals.totalDiscount)
      json.field("vat_amount", order.totals.totalVAT)
      json.field("billing_address_id", order.billingAddressID)
      json.field("shipping_address_id", order.shippingAddressID)
      json.field("created_at", event.occurredAt)
    },
    MessageTranslation(OrderConfirmed.self, "orders.order.confirmed") { json, order, event in
      json.field("order_id", order.orderID)
      json.field("order_number", order.orderNumber)
      json.field("user_id", order.userID)
      json.field("status", name: OrderStatusName.confirmed)
      json.field("previous_status", name: order.previousStatus)
      json.field("confirmed_at", event.occurredAt)
    },
    MessageTranslation(OrderPaid.self, "orders.order.paid", adding: { $0.field("paid_at", $1) }),
    MessageTranslation(OrderCancelled.self, "orders.order.cancelled") { json, order, event in
      json.field("order_id", order.orderID)
      json.field("order_number", order.orderNumber)
      json.field("user_id", order.userID)
      json.field("basket_id", order.basketID)
      json.array("items", order.items) { $1.encode(to: &$0) }
      json.field("previous_status", name: order.previousStatus)
      json.field("reason", name: order.reason)
      json.field("cancelled_by", name: order.reason == .withdrawal ? .customer : Canceller(rawValue: order.reason.rawValue) ?? .system)
      json.field("cancelled_by_id", order.cancelledByID)
      json.field("refund_required", order.refundRequired)
      json.field("refund_amount", order.refundAmount)
      json.field("cancelled_at", event.occurredAt)
    },
    moved(OrderProcessingStarted.self, from: .confirmed, to: .processing) { ($0.orderID, $0.orderNumber, $0.userID, $0.changedByID) },
    moved(OrderShipped.self, from: .processing, to: .shipped) { ($0.orderID, $0.orderNumber, $0.userID, $0.changedByID) },
    moved(OrderDelivered.self, from: .shipped, to: .delivered) { ($0.orderID, $0.orderNumber, $0.userID, $0.changedByID) },
    MessageTranslation(OrderRefunded.self, "orders.order.refunded", adding: { $0.field("refunded_at", $1) }),
    MessageTranslation(OrderReturned.self, "orders.order.returned", adding: { $0.field("returned_at", $1) }),
    MessageTranslation(OrderDeleted.self, "orders.order.deleted", adding: { $0.field("deleted_at", $1) }),
    MessageTranslation(OrderImported.self, "orders.order.imported", adding: { $0.field("created_at", $1) }),
  ]

  private enum Canceller: String, CaseIterable {
    case customer, administrator, system
  }

  /// The payment provider is no service of ours: what is asked of it goes by `orders`, what it answers by `payments`.
  private static let payments: [MessageTranslation] = [
    MessageTranslation(
      PaymentRequested.self, "orders.payment.authorization_requested",
      writing: { json, payment, _ in
        json.field("payment_id", payment.paymentID)
        json.field("order_id", payment.orderID)
        json.field("attempt", payment.attempt)
        json.field("user_id", payment.userID)
        json.field("amount_ttc", payment.amount)
        json.field("currency", payment.currency)
        json.field("method", name: payment.method)
      }),
    MessageTranslation(
      RefundRequested.self, "orders.payment.refund_requested",
      writing: { json, refund, _ in
        json.field("payment_id", refund.paymentID)
        json.field("order_id", refund.orderID)
        json.field("refund_id", refund.refundID)
        json.field("refund_amount", refund.amount)
        json.field("reason", refund.reason)
      }),
    MessageTranslation(PaymentActionRequired.self, "payments.payment.action_required"),
    MessageTranslation(PaymentAuthorised.self, "payments.payment.authorized", adding: { $0.field("authorized_at", $1) }),
    MessageTranslation(PaymentFailed.self, "payments.payment.authorization_failed", adding: { $0.field("failed_at", $1) }),
    MessageTranslation(PaymentCaptured.self, "payments.payment.captured", adding: { $0.field("captured_at", $1) }),
    MessageTranslation(CaptureFailed.self, "payments.payment.capture_failed", adding: { $0.field("failed_at", $1) }),
    MessageTranslation(PaymentVoided.self, "payments.payment.voided", adding: { $0.field("voided_at", $1) }),
    MessageTranslation(RefundSettled.self, "payments.payment.refunded", adding: { $0.field("refunded_at", $1) }),
    MessageTranslation(RefundFailed.self, "payments.payment.refund_failed", adding: { $0.field("failed_at", $1) }),
  ]

  private static func moved<Payload: EventPayload>(
    _ payload: Payload.Type, from previous: OrderStatusName, to next: OrderStatusName,
    _ facts: @escaping @Sendable (Payload) -> (order: OrderID, number: String, user: UserID, by: UserID?)
  ) -> MessageTranslation {
    MessageTranslation(payload, "orders.order.status_changed") { json, payload, event in
      let facts = facts(payload)
      json.field("order_id", facts.order)
      json.field("order_number", facts.number)
      json.field("user_id", facts.user)
      json.field("previous_status", name: previous)
      json.field("new_status", name: next)
      json.field("changed_by", facts.by)
      json.field("reason", String?.none)
      json.field("changed_at", event.occurredAt)
    }
  }
}
