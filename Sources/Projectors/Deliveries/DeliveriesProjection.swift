import Aggregates
import EventSourcing
import JSON

extension Projection {
  /// `deliveries_service_db`: deliveries, their statuses and the points where parcels are collected.
  public static let deliveries = Projection(
    database: "deliveries_service_db",
    ownCategories: [
      DeliveryStatus.category, SalePoint.category, Delivery.category, AddressDeliveries.category, DeliverySaga.category,
    ],
    tables: [DeliveryTables.statuses, DeliveryTables.salePoints, DeliveryTables.deliveries, DeliveryTables.orders],
    handlers: references + progress + administration + others)

  private static let references =
    EventHandler.reference(DeliveryStatus.self, DeliveryTables.statuses) { row in
      ["name": .text(row.name), "color": .text(row.color), "description": .text(row.description)]
    }
    + EventHandler.reference(SalePoint.self, DeliveryTables.salePoints) { row in
      [
        "name": .text(row.name), "code": .text(row.code), "address": .text(row.address), "city": .text(row.city),
        "postal_code": .text(row.postalCode), "country": .text(row.country), "phone": .text(row.phone), "email": .text(row.email),
        "opening_hours": row.openingHours.map { .json($0.json.serialized) } ?? .null, "is_active": .bool(row.isActive),
        "latitude": .decimalText(row.latitude, scale: 8), "longitude": .decimalText(row.longitude, scale: 8),
      ]
    }

  private static let progress: [EventHandler] = [
    .on(DeliveryCreated.self) { event, facts, rows in
      rows.insert(
        into: DeliveryTables.deliveries,
        [
          "id": .id(event.delivery.deliveryID), "tracking_number": .text(event.delivery.trackingNumber),
          "order_id": .id(event.delivery.orderID), "sale_point_id": .id(event.salePointID), "status_id": .id(event.status.id),
          "delivery_method": .name(event.method), "shipping_cost": .money(event.shippingCost),
          "delivery_address": .text(event.personal?.address), "special_instructions": .text(event.personal?.instructions),
          "estimated_delivery_date": .timestamp(event.estimatedAt), "recipient_name": .text(event.personal?.recipientName),
          "recipient_phone": .text(event.personal?.recipientPhone), "created_at": .timestamp(facts.occurredAt),
          "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(DeliveryProcessingStarted.self) { event, facts, rows in move(event.delivery, to: .processing, facts, &rows) },
    .on(DeliveryReadyForPickup.self) { event, facts, rows in move(event.delivery, to: .readyForPickup, facts, &rows) },
    .on(DeliveryShipped.self) { event, facts, rows in
      move(
        event.delivery, to: .shipped, facts, &rows,
        [
          "estimated_delivery_date": .timestamp(event.estimatedAt), "shipped_at": .timestamp(event.shippedAt),
          "carrier_name": .text(event.carrierName), "carrier_tracking_number": .text(event.carrierTrackingNumber),
        ])
    },
    .on(DeliveryPickedUp.self) { event, facts, rows in move(event.delivery, to: .pickedUp, facts, &rows) },
    .on(DeliveryInTransit.self) { event, facts, rows in
      move(
        event.delivery, to: .inTransit, facts, &rows,
        [
          "estimated_delivery_date": .timestamp(event.estimatedAt), "shipped_at": .timestamp(event.shippedAt),
          "carrier_tracking_number": .text(event.carrierTrackingNumber),
        ])
    },
    .on(DeliveryOutForDelivery.self) { event, facts, rows in move(event.delivery, to: .outForDelivery, facts, &rows) },
    .on(DeliveryDelivered.self) { event, facts, rows in
      move(
        event.delivery, to: .delivered, facts, &rows,
        ["actual_delivery_date": .timestamp(event.deliveredAt), "delivery_notes": .text(event.personal?.notes)])
    },
    .on(DeliveryFailed.self) { event, facts, rows in move(event.delivery, to: .failed, facts, &rows) },
    .on(DeliveryReturned.self) { event, facts, rows in move(event.delivery, to: .returned, facts, &rows) },
    .on(DeliveryCancelled.self) { event, facts, rows in
      move(event.delivery, to: .cancelled, facts, &rows, ["deleted_at": .timestamp(facts.occurredAt)])
    },
    .on(CarrierReported.self) { event, facts, rows in
      set(["carrier_details": .json(DeliveryRows.json(event.details))], of: event.delivery, facts, &rows)
    },
  ]

  private static let administration: [EventHandler] = [
    .on(DeliveryCarrierAssigned.self) { event, facts, rows in
      set(
        ["carrier_name": .text(event.carrierName), "carrier_tracking_number": .text(event.carrierTrackingNumber)], of: event.delivery,
        facts, &rows)
    },
    .on(DeliveryRescheduled.self) { event, facts, rows in
      set(["estimated_delivery_date": .timestamp(event.estimatedAt)], of: event.delivery, facts, &rows)
    },
    .on(DeliveryRepriced.self) { event, facts, rows in
      set(["shipping_cost": .money(event.shippingCost)], of: event.delivery, facts, &rows)
    },
    .on(DeliveryRedirected.self) { event, facts, rows in
      set(
        [
          "sale_point_id": .id(event.salePointID), "delivery_method": .name(event.method),
          "delivery_address": .text(event.personal?.address), "special_instructions": .text(event.personal?.instructions),
          "recipient_name": .text(event.personal?.recipientName), "recipient_phone": .text(event.personal?.recipientPhone),
        ], of: event.delivery, facts, &rows)
    },
    .on(DeliveryNoted.self) { event, facts, rows in
      set(["delivery_notes": .text(event.personal?.notes)], of: event.delivery, facts, &rows)
    },
    // The notes beside it say so.
    .ignoring(DeliveryReturnNeeded.self),
    .on(DeliveryDeleted.self) { event, facts, rows in
      set(["deleted_at": .timestamp(facts.occurredAt)], of: event.delivery, facts, &rows)
    },
    .on(DeliveryArchived.self) { event, facts, rows in
      set(["deleted_at": .timestamp(facts.occurredAt)], of: event.delivery, facts, &rows)
    },
    .on(DeliveryAnonymised.self) { event, facts, rows in
      set(
        [
          "delivery_address": nil, "special_instructions": nil, "recipient_name": nil, "recipient_phone": nil, "delivery_notes": nil,
        ], of: event.delivery, facts, &rows)
    },
  ]

  private static let others: [EventHandler] = [
    .on(OrderPlaced.self) { event, _, rows in
      rows.insert(
        into: DeliveryTables.orders,
        [
          "id": .id(event.orderID), "order_number": .text(event.orderNumber), "user_id": .id(event.userID),
          "shipping_address_id": .id(event.shippingAddressID ?? event.billingAddressID), "website_id": .id(event.websiteID),
        ])
    },
    .ignoring(AddressUsedForDelivery.self), .ignoring(SagaStepRefused.self), .ignoring(SagaStepSkipped.self),
    .ignoring(SagaParked.self), .ignoring(SagaResumed.self),
  ]

  private static func move(
    _ delivery: DeliveryReference, to status: DeliveryStatusName, _ facts: EventFacts, _ rows: inout RowChanges,
    _ more: ColumnValues = [:]
  ) {
    var values: ColumnValues = ["status_id": .id(status.id)]
    values.append(more)
    set(values, of: delivery, facts, &rows)
  }

  private static func set(
    _ values: ColumnValues, of delivery: DeliveryReference, _ facts: EventFacts, _ rows: inout RowChanges
  ) {
    var values = values
    values.append(["updated_at": .timestamp(facts.occurredAt)])
    rows.update(DeliveryTables.deliveries, .id(delivery.deliveryID), set: values)
  }
}
