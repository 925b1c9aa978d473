import EventSourcing
import JSON

/// What other services hear of deliveries.
public enum DeliveryMessages {
  public static let all: [MessageTranslation] =
    preparation + progress + MessageTranslation.reference(DeliveryStatus.self, "deliveries.status")
    + MessageTranslation.reference(SalePoint.self, "deliveries.sale_point")

  private static let preparation: [MessageTranslation] = [
    MessageTranslation(DeliveryCreated.self, "deliveries.delivery.created") { json, created, event in
      created.delivery.encode(to: &json)
      json.field("status_id", created.status.id)
      json.field("status_name", name: created.status)
      json.field("delivery_method", name: created.method)
      json.field("sale_point_id", created.salePointID)
      json.field("address_id", created.addressID)
      json.field("estimated_delivery_date", created.estimatedAt)
      json.field("shipping_cost", created.shippingCost)
      json.field("created_at", event.occurredAt)
    },
    moved(DeliveryProcessingStarted.self, to: .processing) { ($0.delivery, $0.previousStatus) },
    MessageTranslation(DeliveryReadyForPickup.self, "deliveries.delivery.ready_for_pickup") { json, ready, _ in
      ready.delivery.encode(to: &json)
      json.field("sale_point_id", ready.salePointID)
    },
    MessageTranslation(DeliveryCancelled.self, "deliveries.delivery.cancelled") { json, cancelled, event in
      cancelled.delivery.encode(to: &json)
      json.field("previous_status", name: cancelled.previousStatus)
      json.field("reason", cancelled.reason)
      json.field("cancelled_at", event.occurredAt)
    },
    MessageTranslation(DeliveryReturnNeeded.self, "deliveries.delivery.return_needed") { json, needed, _ in
      needed.delivery.encode(to: &json)
      json.field("status", name: needed.status)
      json.field("reason", needed.reason)
    },
    MessageTranslation(DeliveryCarrierAssigned.self, "deliveries.delivery.carrier_assigned") { json, assigned, _ in
      assigned.delivery.encode(to: &json)
      json.field("carrier_name", assigned.carrierName)
      json.field("carrier_tracking_number", assigned.carrierTrackingNumber)
    },
    MessageTranslation(DeliveryRescheduled.self, "deliveries.delivery.rescheduled") { json, rescheduled, _ in
      rescheduled.delivery.encode(to: &json)
      json.field("estimated_delivery_date", rescheduled.estimatedAt)
    },
    MessageTranslation(DeliveryRedirected.self, "deliveries.delivery.redirected") { json, redirected, _ in
      redirected.delivery.encode(to: &json)
      json.field("delivery_method", name: redirected.method)
      json.field("sale_point_id", redirected.salePointID)
      json.field("address_id", redirected.addressID)
    },
    MessageTranslation(DeliveryDeleted.self, "deliveries.delivery.deleted") { json, deleted, event in
      deleted.delivery.encode(to: &json)
      json.field("status", name: deleted.status)
      json.field("deleted_at", event.occurredAt)
    },
  ]

  private static let progress: [MessageTranslation] = [
    MessageTranslation(DeliveryShipped.self, "deliveries.delivery.shipped") { json, shipped, _ in
      shipped.delivery.encode(to: &json)
      json.field("carrier_name", shipped.carrierName)
      json.field("carrier_tracking_number", shipped.carrierTrackingNumber)
      json.field("shipped_at", shipped.shippedAt)
      json.field("estimated_delivery_date", shipped.estimatedAt)
    },
    moved(DeliveryPickedUp.self, to: .pickedUp) { ($0.delivery, $0.previousStatus) },
    MessageTranslation(DeliveryInTransit.self, "deliveries.delivery.in_transit") { json, transit, _ in
      transit.delivery.encode(to: &json)
      json.field("carrier_tracking_number", transit.carrierTrackingNumber)
      json.object("current_location") { json in
        json.field("city", transit.city)
        json.field("country", transit.country)
      }
      json.field("estimated_delivery_date", transit.estimatedAt)
    },
    moved(DeliveryOutForDelivery.self, to: .outForDelivery) { ($0.delivery, $0.previousStatus) },
    MessageTranslation(DeliveryDelivered.self, "deliveries.delivery.delivered") { json, delivered, _ in
      delivered.delivery.encode(to: &json)
      json.field("actual_delivery_date", delivered.deliveredAt)
      json.field("recipient_name", delivered.personal?.recipientName)
      json.field("delivery_notes", delivered.personal?.notes)
      // That there is one; the picture itself stays with the delivery.
      json.field("signature", delivered.personal?.signature != nil)
    },
    MessageTranslation(DeliveryFailed.self, "deliveries.delivery.failed") { json, failed, event in
      failed.delivery.encode(to: &json)
      json.field("failure_reason", failed.reason)
      json.field("retry_scheduled", failed.retryScheduled)
      json.field("attempt", failed.attempt)
      json.field("failed_at", event.occurredAt)
    },
    moved(DeliveryReturned.self, to: .returned) { ($0.delivery, $0.previousStatus) },
    MessageTranslation(CarrierReported.self, "deliveries.delivery.tracked") { json, reported, _ in
      reported.delivery.encode(to: &json)
      json.object("current_location") { json in
        json.field("city", reported.details.location?.city)
        json.field("country", reported.details.location?.country)
      }
      json.field("reported_at", reported.details.reports.last?.occurredAt)
    },
  ]

  private static func moved<Payload: EventPayload>(
    _ payload: Payload.Type, to status: DeliveryStatusName,
    _ facts: @escaping @Sendable (Payload) -> (delivery: DeliveryReference, previous: DeliveryStatusName)
  ) -> MessageTranslation {
    MessageTranslation(payload, "deliveries.delivery.status_changed") { json, payload, event in
      let facts = facts(payload)
      facts.delivery.encode(to: &json)
      json.field("previous_status", name: facts.previous)
      json.field("new_status", name: status)
      json.field("changed_at", event.occurredAt)
    }
  }
}
