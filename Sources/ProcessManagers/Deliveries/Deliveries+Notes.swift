import Aggregates

extension Deliveries {
  public var notes: SagaNotes? {
    SagaNotes(
      """
      Keeps orders and deliveries in step: a confirmed order gets its delivery, a cancelled one has it cancelled or called back, what is moved by
      hand on one side moves on the other, a delivery that has not left yet follows the customer's address, and carriers are asked where parcels are.
      """,
      steps: [
        .on(OrderConfirmed.self, CreateDelivery.self, undoneBy: CancelDeliveryOfOrder.self),
        .on(OrderCancelled.self, CancelDeliveryOfOrder.self), .on(OrderProcessingStarted.self, FollowOrder.self),
        .on(OrderShipped.self, FollowOrder.self), .on(OrderDelivered.self, FollowOrder.self),
        .on(DeliveryCreated.self, CancelDeliveryOfOrder.self), .on(DeliveryCreated.self, FollowDelivery.self),
        .on(DeliveryProcessingStarted.self, FollowDelivery.self), .on(DeliveryReadyForPickup.self, FollowDelivery.self),
        .on(DeliveryShipped.self, FollowDelivery.self), .on(DeliveryDelivered.self, FollowDelivery.self),
        .on(AddressChanged.self, FollowAddress.self), .on(AddressDeleted.self, FollowAddress.self),
      ],
      timers: [
        SagaTimer(
          DeliveryTimer.Kind.poll.rawValue, "news of the carrier, while a parcel is on its way", after: [terms.pollInterval],
          then: "the carrier is asked; one that does not answer in \(SagaTimer.words(terms.pollTimeout)) is asked again next time"),
        SagaTimer(
          DeliveryTimer.Kind.archive.rawValue, "a delivery to be old", after: [terms.archiveAfter], then: "it is hidden"),
        SagaTimer(
          DeliveryTimer.Kind.anonymise.rawValue, "a delivery to be older still", after: [terms.anonymiseAfter],
          then: "it forgets its recipient"),
      ], machines: [Delivery.machine, Saga.machine])
  }
}
