import Aggregates
public import EventSourcing

extension Deliveries {
  public var messageTypes: [String] {
    [
      OrderConfirmed.type, OrderCancelled.type, OrderProcessingStarted.type, OrderShipped.type, OrderDelivered.type,
      DeliveryCreated.type, DeliveryProcessingStarted.type, DeliveryReadyForPickup.type, DeliveryShipped.type, DeliveryDelivered.type,
      AddressChanged.type,
      AddressDeleted.type,
    ].map(\.name)
  }

  /// All messages of an order make one saga, and those of a customer's addresses another one.
  public func saga(of message: RecordedEvent) throws -> String {
    switch message.stream.category {
    // Each of its events begins with the fields of the reference.
    case Delivery.category: try DeliveryReference(jsonBytes: message.payload).orderID.description
    case Order.category: String(message.stream.id)
    default: message.stream.rawValue
    }
  }

  public func handle(_ message: RecordedEvent) async throws {
    switch message.type {
    case OrderConfirmed.type.name: try await create(try read(OrderConfirmed.self, message).orderID, after: message)
    case OrderCancelled.type.name:
      let event = try read(OrderCancelled.self, message)
      guard let id = try await delivery(of: event.orderID) else { return }
      let command = CancelDeliveryOfOrder(deliveryID: id, reason: event.reason.rawValue, by: event.cancelledByID)
      try await step(command, of: event.orderID, after: message)
    case OrderProcessingStarted.type.name:
      let event = try read(OrderProcessingStarted.self, message)
      try await follow(event.orderID, to: .processing, by: event.changedByID, after: message)
    case OrderShipped.type.name:
      let event = try read(OrderShipped.self, message)
      try await follow(event.orderID, to: .shipped, by: event.changedByID, after: message)
    case OrderDelivered.type.name:
      let event = try read(OrderDelivered.self, message)
      try await follow(event.orderID, to: .delivered, by: event.changedByID, after: message)
    case DeliveryCreated.type.name:
      let event = try read(DeliveryCreated.self, message)
      let order = event.delivery.orderID
      // Whoever created it by hand looked at the order before, which may have been cancelled in between: that message came too early.
      if let reason = try await OrderFacts.read(order, before: message.position, from: log)?.cancellation {
        let command = CancelDeliveryOfOrder(deliveryID: event.delivery.deliveryID, reason: reason.rawValue, by: nil)
        try await step(command, of: order, after: message)
        return
      }
      guard event.status == .processing else { return }
      try await step(FollowDelivery(orderID: order, step: .processing), of: order, after: message)
    case DeliveryProcessingStarted.type.name:
      let order = try read(DeliveryProcessingStarted.self, message).delivery.orderID
      try await step(FollowDelivery(orderID: order, step: .processing), of: order, after: message)
    // To the customer, what waits for him at a sale point has left the house as well.
    case DeliveryReadyForPickup.type.name:
      let order = try read(DeliveryReadyForPickup.self, message).delivery.orderID
      try await step(FollowDelivery(orderID: order, step: .shipped), of: order, after: message)
    case DeliveryShipped.type.name:
      let order = try read(DeliveryShipped.self, message).delivery.orderID
      try await step(FollowDelivery(orderID: order, step: .shipped), of: order, after: message)
    case DeliveryDelivered.type.name:
      let order = try read(DeliveryDelivered.self, message).delivery.orderID
      try await step(FollowDelivery(orderID: order, step: .delivered), of: order, after: message)
    case AddressChanged.type.name: try await follow(try read(AddressChanged.self, message), after: message)
    case AddressDeleted.type.name:
      let command = FollowAddress(addressID: try read(AddressDeleted.self, message).addressID, recipient: nil)
      try await execute(command, after: message)
    default: break
    }
  }

  /// Creates the delivery of a confirmed order, unless it has one: an administrator may have been faster, and the message may come twice.
  private func create(_ order: OrderID, after message: RecordedEvent) async throws {
    guard try await delivery(of: order) == nil, let facts = try await OrderFacts.read(order, from: log) else { return }
    var content = DeliveryContent()
    facts.recipient?.write(to: &content)
    var command = CreateDelivery(
      deliveryID: DeliveryID(try await ids.next("delivery")), trackingNumber: "", orderID: order, userID: facts.userID,
      websiteID: facts.websiteID, addressID: facts.addressID, content: content, needsAddress: false, terms: terms)
    do {
      try await TrackingNumber.draw(content.method, from: log, at: clock()) { number in
        command.trackingNumber = number
        try await step(command, of: order, after: message)
      }
    } catch CommandError.refused(.claimTaken(let key, _)) where key == Delivery.orderClaim(order) {
      // Somebody else created it in this moment.
    }
  }

  /// What follows from a step of the order by hand; the system's own steps follow from the delivery.
  private func follow(_ order: OrderID, to status: DeliveryStatusName, by user: UserID?, after message: RecordedEvent) async throws {
    guard let user, let id = try await delivery(of: order) else { return }
    try await step(FollowOrder(deliveryID: id, to: status, by: user), of: order, after: message)
  }

  private func follow(_ event: AddressChanged, after message: RecordedEvent) async throws {
    let recipient = try await OrderFacts.recipient(of: event.addressID, user: event.userID, from: log)
    guard let recipient else { return }
    let command = FollowAddress(addressID: event.addressID, recipient: recipient)
    try await execute(command, after: message)
  }
}
