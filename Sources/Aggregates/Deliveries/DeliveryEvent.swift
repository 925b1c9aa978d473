public import EventSourcing
public import JSON

/// What happens to a delivery (stream `delivery-<id>`).
public enum DeliveryEvent: AggregateEvent {
  case deliveryCreated(DeliveryCreated)
  case deliveryProcessingStarted(DeliveryProcessingStarted)
  case deliveryReadyForPickup(DeliveryReadyForPickup)
  case deliveryShipped(DeliveryShipped)
  case deliveryPickedUp(DeliveryPickedUp)
  case deliveryInTransit(DeliveryInTransit)
  case deliveryOutForDelivery(DeliveryOutForDelivery)
  case deliveryDelivered(DeliveryDelivered)
  case deliveryFailed(DeliveryFailed)
  case deliveryReturned(DeliveryReturned)
  case deliveryCancelled(DeliveryCancelled)
  case deliveryReturnNeeded(DeliveryReturnNeeded)
  case deliveryCarrierAssigned(DeliveryCarrierAssigned)
  case deliveryRescheduled(DeliveryRescheduled)
  case deliveryRepriced(DeliveryRepriced)
  case deliveryRedirected(DeliveryRedirected)
  case deliveryNoted(DeliveryNoted)
  case carrierReported(CarrierReported)
  case deliveryDeleted(DeliveryDeleted)
  case deliveryArchived(DeliveryArchived)
  case deliveryAnonymised(DeliveryAnonymised)

  public static let decoder = EventDecoder<DeliveryEvent>([
    EventCase(DeliveryCreated.self, DeliveryEvent.deliveryCreated),
    EventCase(DeliveryProcessingStarted.self, DeliveryEvent.deliveryProcessingStarted),
    EventCase(DeliveryReadyForPickup.self, DeliveryEvent.deliveryReadyForPickup),
    EventCase(DeliveryShipped.self, DeliveryEvent.deliveryShipped),
    EventCase(DeliveryPickedUp.self, DeliveryEvent.deliveryPickedUp),
    EventCase(DeliveryInTransit.self, DeliveryEvent.deliveryInTransit),
    EventCase(DeliveryOutForDelivery.self, DeliveryEvent.deliveryOutForDelivery),
    EventCase(DeliveryDelivered.self, DeliveryEvent.deliveryDelivered),
    EventCase(DeliveryFailed.self, DeliveryEvent.deliveryFailed),
    EventCase(DeliveryReturned.self, DeliveryEvent.deliveryReturned),
    EventCase(DeliveryCancelled.self, DeliveryEvent.deliveryCancelled),
    EventCase(DeliveryReturnNeeded.self, DeliveryEvent.deliveryReturnNeeded),
    EventCase(DeliveryCarrierAssigned.self, DeliveryEvent.deliveryCarrierAssigned),
    EventCase(DeliveryRescheduled.self, DeliveryEvent.deliveryRescheduled),
    EventCase(DeliveryRepriced.self, DeliveryEvent.deliveryRepriced),
    EventCase(DeliveryRedirected.self, DeliveryEvent.deliveryRedirected),
    EventCase(DeliveryNoted.self, DeliveryEvent.deliveryNoted),
    EventCase(CarrierReported.self, DeliveryEvent.carrierReported),
    EventCase(DeliveryDeleted.self, DeliveryEvent.deliveryDeleted),
    EventCase(DeliveryArchived.self, DeliveryEvent.deliveryArchived),
    EventCase(DeliveryAnonymised.self, DeliveryEvent.deliveryAnonymised),
  ])

  public var payload: any EventPayload {
    switch self {
    case .deliveryCreated(let event): event
    case .deliveryProcessingStarted(let event): event
    case .deliveryReadyForPickup(let event): event
    case .deliveryShipped(let event): event
    case .deliveryPickedUp(let event): event
    case .deliveryInTransit(let event): event
    case .deliveryOutForDelivery(let event): event
    case .deliveryDelivered(let event): event
    case .deliveryFailed(let event): event
    case .deliveryReturned(let event): event
    case .deliveryCancelled(let event): event
    case .deliveryReturnNeeded(let event): event
    case .deliveryCarrierAssigned(let event): event
    case .deliveryRescheduled(let event): event
    case .deliveryRepriced(let event): event
    case .deliveryRedirected(let event): event
    case .deliveryNoted(let event): event
    case .carrierReported(let event): event
    case .deliveryDeleted(let event): event
    case .deliveryArchived(let event): event
    case .deliveryAnonymised(let event): event
    }
  }
}

/// How goods come to the customer.
public enum DeliveryMethod: String, Sendable, Hashable, CaseIterable {
  case standard, express
  /// The customer collects them at a sale point.
  case pickup
}

/// Which delivery an event is about: the fields that each of them begins with.
public struct DeliveryReference: Hashable, Sendable {
  public var deliveryID: DeliveryID
  public var trackingNumber: String
  public var orderID: OrderID
  /// Whose order it is.
  public var userID: UserID
}

extension DeliveryReference: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    deliveryID = try json.id("delivery_id")
    trackingNumber = try json.string("tracking_number")
    orderID = try json.id("order_id")
    userID = try json.id("user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("delivery_id", deliveryID)
    json.field("tracking_number", trackingNumber)
    json.field("order_id", orderID)
    json.field("user_id", userID)
  }
}
