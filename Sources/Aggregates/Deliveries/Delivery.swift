public import EventSourcing

/// A delivery of an order and its status.
///
/// ```
/// pending ─▶ processing ─▶ shipped ─▶ (picked_up ─▶) in_transit ─▶ (out_for_delivery ─▶) delivered
///    │           ├─▶ ready_for_pickup ─▶ delivered            ▲ └────────────┴──▶ failed ─▶ returned
///    │           │           │                                └──────────────────────┘
///    └───────────┴───────────┴──▶ cancelled
/// ```
public enum Delivery: Aggregate {
  public typealias Event = DeliveryEvent
  public static let category = "delivery"
  public static let initialState = State()

  public struct State: Sendable {
    /// Nil: no such delivery.
    public internal(set) var status: DeliveryStatusName?
    public internal(set) var reference = DeliveryReference(
      deliveryID: DeliveryID(0), trackingNumber: "", orderID: OrderID(0), userID: UserID(0))
    public internal(set) var content = DeliveryContent()
    /// The customer's address that it goes to.
    public internal(set) var addressID: AddressID?
    /// Where its order was placed; nil for the platform itself.
    public internal(set) var websiteID: WebsiteID?
    public internal(set) var shippedAt: Timestamp?
    /// Attempts to deliver, counted from 1 when the first one begins.
    public internal(set) var attempt = 0
    public internal(set) var carrier = CarrierDetails()
    /// The time of the last report of the carrier that moved the delivery.
    public internal(set) var appliedThrough: Timestamp?
    public internal(set) var isDeleted = false
    public internal(set) var isAnonymised = false

    /// Whether its order is taken: there is one such delivery for each.
    public var isLive: Bool {
      switch status {
      case nil, .cancelled, .returned: false
      case .delivered: true
      default: !isDeleted
      }
    }
  }

  public static func evolve(_ state: inout State, _ event: DeliveryEvent) {
    switch event {
    case .deliveryCreated(let event):
      state.status = event.status
      state.reference = event.delivery
      state.addressID = event.addressID
      state.websiteID = event.websiteID
      state.content.method = event.method
      state.content.salePointID = event.salePointID
      state.content.shippingCost = event.shippingCost
      state.content.estimatedAt = event.estimatedAt
      state.content.address = event.personal?.address
      state.content.instructions = event.personal?.instructions
      state.content.recipientName = event.personal?.recipientName
      state.content.recipientPhone = event.personal?.recipientPhone
    case .deliveryProcessingStarted: state.status = .processing
    case .deliveryReadyForPickup: state.status = .readyForPickup
    case .deliveryShipped(let event):
      state.status = .shipped
      state.content.carrierName = event.carrierName
      state.content.carrierTrackingNumber = event.carrierTrackingNumber
      state.content.estimatedAt = event.estimatedAt
      state.shippedAt = event.shippedAt
    case .deliveryPickedUp: state.status = .pickedUp
    case .deliveryInTransit(let event):
      state.status = .inTransit
      state.content.carrierTrackingNumber = event.carrierTrackingNumber
      state.content.estimatedAt = event.estimatedAt
      state.shippedAt = event.shippedAt
      state.attempt = event.attempt
    case .deliveryOutForDelivery: state.status = .outForDelivery
    case .deliveryDelivered(let event):
      state.status = .delivered
      state.content.notes = event.personal?.notes
    case .deliveryFailed: state.status = .failed
    case .deliveryReturned: state.status = .returned
    case .deliveryCancelled:
      state.status = .cancelled
      state.isDeleted = true
    case .deliveryReturnNeeded: break
    case .deliveryCarrierAssigned(let event):
      state.content.carrierName = event.carrierName
      state.content.carrierTrackingNumber = event.carrierTrackingNumber
    case .deliveryRescheduled(let event): state.content.estimatedAt = event.estimatedAt
    case .deliveryRepriced(let event): state.content.shippingCost = event.shippingCost
    case .deliveryRedirected(let event):
      state.addressID = event.addressID
      state.content.method = event.method
      state.content.salePointID = event.salePointID
      state.content.address = event.personal?.address
      state.content.instructions = event.personal?.instructions
      state.content.recipientName = event.personal?.recipientName
      state.content.recipientPhone = event.personal?.recipientPhone
    case .deliveryNoted(let event): state.content.notes = event.personal?.notes
    case .carrierReported(let event):
      state.carrier = event.details
      state.appliedThrough = event.appliedThrough
    case .deliveryDeleted, .deliveryArchived: state.isDeleted = true
    case .deliveryAnonymised:
      state.isAnonymised = true
      state.content.forgetRecipient()
    }
  }
}

extension Delivery: WebsiteOwned {
  public static func isForeign(_ state: State, to websiteID: WebsiteID?) -> Bool { state.status != nil && state.websiteID != websiteID }
}

/// Why a delivery's command was refused.
public enum DeliveryRejection: Rejection, Hashable {
  /// There is no such delivery, or it is hidden.
  case notFound
  /// A field breaks a rule, or names something that does not exist or may not be chosen.
  case invalid(FieldError)
  /// What the step needs was neither given nor known.
  case missing(field: String)
  /// The delivery's method has no use for the field.
  case notAllowed(field: String)
  /// It was expected before tomorrow.
  case estimateNotAfterToday
  /// The status does not take this step.
  /// - Parameter allowed: the statuses that may follow now.
  case wrongState(current: DeliveryStatusName, allowed: [DeliveryStatusName])
}
