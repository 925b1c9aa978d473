public import EventSourcing

/// A step of a delivery, by hand or by the carrier's word, with what the step needs.
public struct DeliveryMove: Sendable, Hashable {
  public var status: DeliveryStatusName
  /// Nil for the system.
  public var by: UserID?
  /// For shipped, where none is chosen yet.
  public var carrierName: String?
  /// For in_transit, where it is not known yet.
  public var carrierTrackingNumber: String?
  /// For failed and cancelled.
  public var reason: String?
  /// For failed: whether another attempt is planned.
  public var retryScheduled = true
  /// Nil for the usual time.
  public var estimatedAt: Timestamp?
  /// For delivered: who signed.
  public var signature: String?
  /// New notes; nil leaves those that are there.
  public var notes: String?
  /// Where the carrier saw the parcel.
  var location: CarrierReport?

  public init(to status: DeliveryStatusName, by: UserID? = nil) {
    self.status = status
    self.by = by
  }
}

extension Delivery {
  /// The statuses that may follow.
  public static func allowed(_ state: State) -> [DeliveryStatusName] {
    let isPickup = state.content.method == .pickup
    switch state.status {
    case .pending: return [.processing, .cancelled]
    case .processing: return [isPickup ? .readyForPickup : .shipped, .cancelled]
    case .readyForPickup: return [.delivered, .cancelled]
    case .shipped: return [.inTransit, .pickedUp]
    case .pickedUp: return [.inTransit]
    case .inTransit: return [.outForDelivery, .delivered, .failed]
    case .outForDelivery: return [.delivered, .failed]
    case .failed: return [.inTransit, .returned]
    case nil, .delivered, .returned, .cancelled: return []
    }
  }

  /// Moves a delivery on. Being where it is to go writes nothing but new notes.
  public static func decide(
    _ move: DeliveryMove, _ state: State, terms: DeliveryTerms, at now: Timestamp
  ) throws(DeliveryRejection) -> [DeliveryEvent] {
    guard let status = state.status else { throw .notFound }
    var content = state.content
    content.notes = move.notes ?? content.notes
    content.carrierName = move.carrierName ?? content.carrierName
    content.carrierTrackingNumber = move.carrierTrackingNumber ?? content.carrierTrackingNumber
    try content.check()
    let isNoted = content.notes != state.content.notes
    let noted = isNoted ? [DeliveryEvent.deliveryNoted(DeliveryNoted(content.notes, of: state))] : []
    if status == move.status, status == .cancelled || !state.isDeleted { return noted }
    guard !state.isDeleted else { throw .notFound }
    guard allowed(state).contains(move.status) else { throw .wrongState(current: status, allowed: allowed(state)) }
    let event = try step(move, content, state, from: status, terms, at: now)
    return move.status == .delivered ? [event] : [event] + noted
  }

  private static func step(
    _ move: DeliveryMove, _ content: DeliveryContent, _ state: State, from status: DeliveryStatusName, _ terms: DeliveryTerms,
    at now: Timestamp
  ) throws(DeliveryRejection) -> DeliveryEvent {
    let delivery = state.reference
    switch move.status {
    case .pending: throw .wrongState(current: status, allowed: allowed(state))
    case .processing:
      return .deliveryProcessingStarted(DeliveryProcessingStarted(delivery: delivery, previousStatus: status, changedByID: move.by))
    case .readyForPickup:
      return .deliveryReadyForPickup(
        DeliveryReadyForPickup(delivery: delivery, previousStatus: status, salePointID: content.salePointID, changedByID: move.by))
    case .shipped:
      guard content.carrierName != nil else { throw .missing(field: "carrier_name") }
      return shipped(content, state, from: status, by: move.by, estimatedAt: move.estimatedAt, at: now)
    case .pickedUp: return .deliveryPickedUp(DeliveryPickedUp(delivery: delivery, previousStatus: status, changedByID: move.by))
    case .inTransit:
      guard let number = content.carrierTrackingNumber else { throw .missing(field: "carrier_tracking_number") }
      let usual = status == .failed ? now + terms.retryTime : content.estimatedAt
      return .deliveryInTransit(
        DeliveryInTransit(
          delivery: delivery, previousStatus: status, carrierTrackingNumber: number, city: move.location?.city,
          country: move.location?.country, shippedAt: state.shippedAt ?? now, estimatedAt: move.estimatedAt ?? usual,
          attempt: state.attempt + 1, changedByID: move.by))
    case .outForDelivery:
      return .deliveryOutForDelivery(DeliveryOutForDelivery(delivery: delivery, previousStatus: status, changedByID: move.by))
    case .delivered: return delivered(content, state, from: status, by: move.by, signature: move.signature, at: now)
    case .failed:
      guard let reason = move.reason ?? move.notes else { throw .missing(field: "reason") }
      return .deliveryFailed(
        DeliveryFailed(
          delivery: delivery, previousStatus: status, reason: reason, retryScheduled: move.retryScheduled, attempt: state.attempt,
          changedByID: move.by))
    case .returned: return .deliveryReturned(DeliveryReturned(delivery: delivery, previousStatus: status, changedByID: move.by))
    case .cancelled:
      return .deliveryCancelled(
        DeliveryCancelled(
          delivery: delivery, previousStatus: status, reason: move.reason ?? move.notes ?? "administrator", cancelledByID: move.by))
    }
  }

  private static func shipped(
    _ content: DeliveryContent, _ state: State, from status: DeliveryStatusName, by user: UserID?, estimatedAt: Timestamp? = nil,
    at now: Timestamp
  ) -> DeliveryEvent {
    .deliveryShipped(
      DeliveryShipped(
        delivery: state.reference, previousStatus: status, carrierName: content.carrierName,
        carrierTrackingNumber: content.carrierTrackingNumber, shippedAt: state.shippedAt ?? now,
        estimatedAt: estimatedAt ?? content.estimatedAt, changedByID: user))
  }

  private static func delivered(
    _ content: DeliveryContent, _ state: State, from status: DeliveryStatusName, by user: UserID?, signature: String? = nil,
    at now: Timestamp
  ) -> DeliveryEvent {
    let personal = DeliveryDelivered.Personal(recipientName: content.recipientName, notes: content.notes, signature: signature)
    return .deliveryDelivered(
      DeliveryDelivered(
        delivery: state.reference, previousStatus: status, deliveredAt: now, changedByID: user,
        personal: personal == DeliveryDelivered.Personal() ? nil : personal))
  }

  // MARK: Following the order

  /// Where staff has moved an order by hand, its delivery follows, whatever it still lacked.
  /// - Parameter status: processing, shipped or delivered; anything else changes nothing.
  static func follow(_ wanted: DeliveryStatusName, _ state: State, by user: UserID?, at now: Timestamp) -> [DeliveryEvent] {
    guard let status = state.status, !status.isFinal, !state.isDeleted else { return [] }
    let started = DeliveryEvent.deliveryProcessingStarted(
      DeliveryProcessingStarted(delivery: state.reference, previousStatus: status, changedByID: user))
    let isPickup = state.content.method == .pickup
    switch wanted {
    case .processing: return status == .pending ? [started] : []
    case .shipped where status.isUndispatched:
      let ready = DeliveryEvent.deliveryReadyForPickup(
        DeliveryReadyForPickup(
          delivery: state.reference, previousStatus: .processing, salePointID: state.content.salePointID, changedByID: user))
      let next = isPickup ? ready : shipped(state.content, state, from: .processing, by: user, at: now)
      return status == .pending ? [started, next] : [next]
    case .delivered: return [delivered(state.content, state, from: status, by: user, at: now)]
    default: return []
    }
  }

  /// The order was cancelled: what is still in the house is not sent; what has left has to come back, and the notes say so.
  static func followCancellation(reason: String, _ state: State, by user: UserID?) -> [DeliveryEvent] {
    guard let status = state.status, !status.isFinal, !state.isDeleted else { return [] }
    if status.isUndispatched || status == .readyForPickup {
      return [
        .deliveryCancelled(
          DeliveryCancelled(delivery: state.reference, previousStatus: status, reason: reason, cancelledByID: user))
      ]
    }
    let notes = [state.content.notes, "Return needed: the order was cancelled (\(reason))."].compactMap(\.self).joined(separator: "\n")
    return [
      .deliveryReturnNeeded(DeliveryReturnNeeded(delivery: state.reference, status: status, reason: reason)),
      .deliveryNoted(DeliveryNoted(String(notes.suffix(DeliveryContent.maximumTextLength)), of: state)),
    ]
  }
}

extension DeliveryNoted {
  init(_ notes: String?, of state: Delivery.State) {
    self.init(delivery: state.reference, personal: notes.map { Personal(notes: $0) })
  }
}
