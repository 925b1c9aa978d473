import EventSourcing

extension Delivery {
  /// Creates a delivery.
  /// - Parameter needsAddress: false where the shop itself creates it: an order of a customer who was forgotten has no address any more.
  static func create(
    _ delivery: DeliveryReference, _ content: DeliveryContent, websiteID: WebsiteID?, addressID: AddressID?, needsAddress: Bool,
    at now: Timestamp
  ) throws(DeliveryRejection) -> [DeliveryEvent] {
    try content.check()
    if needsAddress { try content.checkAddress() }
    guard ParisDay(at: content.estimatedAt) > ParisDay(at: now) else { throw .estimateNotAfterToday }
    let personal = DeliveryCreated.Personal(
      address: content.address, instructions: content.instructions, recipientName: content.recipientName,
      recipientPhone: content.recipientPhone)
    let created = DeliveryCreated(
      delivery: delivery, method: content.method, salePointID: content.salePointID,
      status: content.method == .pickup ? .processing : .pending, shippingCost: content.shippingCost, estimatedAt: content.estimatedAt,
      addressID: addressID, websiteID: websiteID, personal: personal == DeliveryCreated.Personal() ? nil : personal)
    var events: [DeliveryEvent] = [.deliveryCreated(created)]
    if content.carrierName != nil || content.carrierTrackingNumber != nil { events.append(assigned(content, delivery)) }
    if let notes = content.notes {
      events.append(.deliveryNoted(DeliveryNoted(delivery: delivery, personal: DeliveryNoted.Personal(notes: notes))))
    }
    return events
  }

  /// Gives a delivery new content: one event for each kind of news. Where it goes can change while it is in the house; all but its notes
  /// until it has ended.
  static func change(_ content: DeliveryContent, addressID: AddressID?, _ state: State) throws(DeliveryRejection) -> [DeliveryEvent] {
    guard let status = state.status, !state.isDeleted else { throw .notFound }
    let old = state.content
    try content.check()
    var events: [DeliveryEvent] = []
    if content.isRedirected(from: old) {
      guard status.isUndispatched else { throw .wrongState(current: status, allowed: allowed(state)) }
      try content.checkAddress()
      let personal = DeliveryRedirected.Personal(
        address: content.address, instructions: content.instructions, recipientName: content.recipientName,
        recipientPhone: content.recipientPhone)
      events.append(
        .deliveryRedirected(
          DeliveryRedirected(
            delivery: state.reference, method: content.method, salePointID: content.salePointID,
            addressID: content.address == old.address ? state.addressID : addressID,
            personal: personal == DeliveryRedirected.Personal() ? nil : personal)))
    }
    if content.carrierName != old.carrierName || content.carrierTrackingNumber != old.carrierTrackingNumber {
      events.append(assigned(content, state.reference))
    }
    if content.estimatedAt != old.estimatedAt {
      events.append(.deliveryRescheduled(DeliveryRescheduled(delivery: state.reference, estimatedAt: content.estimatedAt)))
    }
    if content.shippingCost != old.shippingCost {
      events.append(.deliveryRepriced(DeliveryRepriced(delivery: state.reference, shippingCost: content.shippingCost)))
    }
    if !events.isEmpty, status.isFinal { throw .wrongState(current: status, allowed: []) }
    if content.notes != old.notes { events.append(.deliveryNoted(DeliveryNoted(content.notes, of: state))) }
    return events
  }

  /// Hides a delivery that is not on its way.
  static func delete(_ state: State) throws(DeliveryRejection) -> [DeliveryEvent] {
    guard let status = state.status else { throw .notFound }
    if state.isDeleted { return [] }
    guard status.isUndispatched || status.isFinal else { throw .wrongState(current: status, allowed: allowed(state)) }
    return [.deliveryDeleted(DeliveryDeleted(delivery: state.reference, status: status))]
  }

  private static func assigned(_ content: DeliveryContent, _ delivery: DeliveryReference) -> DeliveryEvent {
    .deliveryCarrierAssigned(
      DeliveryCarrierAssigned(
        delivery: delivery, carrierName: content.carrierName, carrierTrackingNumber: content.carrierTrackingNumber))
  }
}
