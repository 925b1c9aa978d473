import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct DeliveryTests {
  private let start = InMemoryEventLog.defaultStart

  @Test func `a delivery is created once, with its number, its order, its cost and its time`() async throws {
    let created = DeliveryEvent.deliveryCreated(
      DeliveryCreated(
        delivery: Parcels.reference, method: .standard, salePointID: nil, status: .pending, shippingCost: Cents(599),
        estimatedAt: start + .seconds(7 * 86_400), addressID: nil,
        personal: .init(address: "1 rue X\n75001 Paris", instructions: nil, recipientName: "Ada L", recipientPhone: nil)))
    let scenario = try await Scenario().when(Parcels.create()).then(created, on: Delivery.self, Parcels.id).andNothingElse()
      .thenClaim("tracking-number:DEL-1", by: Delivery.stream(Parcels.id))
      .thenClaim("delivery-order:2000", by: Delivery.stream(Parcels.id))
      .thenTimer("delivery-retention-5000", at: start + .seconds(730 * 86_400)).and
    try await scenario.when(Parcels.create()).thenNothing()
    await #expect { try await scenario.when(Parcels.create(id: DeliveryID(5_001), number: "DEL-2")) } throws: { error in
      if case CommandError.refused(.claimTaken("delivery-order:2000", _)) = error { true } else { false }
    }
    await #expect { try await scenario.when(Parcels.create(id: DeliveryID(5_001), order: OrderID(2_001))) } throws: { error in
      if case CommandError.refused(.claimTaken("tracking-number:DEL-1", _)) = error { true } else { false }
    }
  }

  @Test func `each bad creation is refused for its own reason`() async throws {
    let scenario = try await Scenario().given(AddSalePoint(id: SalePointID(1), row: SalePoint.Row(name: "Here")))
      .given(AddSalePoint(id: SalePointID(2), row: SalePoint.Row(name: "Closed", isActive: false)))
    let cases: [(DeliveryMethod, (inout CreateDelivery) -> Void, DeliveryRejection)] = [
      (.standard, { $0.content.address = " " }, .missing(field: "delivery_address")),
      (.express, { $0.content.address = nil }, .missing(field: "delivery_address")),
      (.standard, { $0.content.salePointID = SalePointID(1) }, .notAllowed(field: "sale_point_id")),
      (.pickup, { $0.content.salePointID = nil }, .missing(field: "sale_point_id")),
      (.pickup, { $0.content.salePointID = SalePointID(2) }, .invalid(FieldError("sale_point_id", .unknown))),
      (.pickup, { $0.content.salePointID = SalePointID(3) }, .invalid(FieldError("sale_point_id", .unknown))),
      (.standard, { $0.estimatedAt = InMemoryEventLog.defaultStart }, .estimateNotAfterToday),
      (.standard, { $0.shippingCost = Cents(-1) }, .invalid(FieldError("shipping_cost", .outOfRange(minimum: 0, maximum: nil)))),
      (
        .standard, { $0.content.recipientPhone = String(repeating: "1", count: 21) },
        .invalid(FieldError("recipient_phone", .tooLong(maximum: 20)))
      ),
    ]
    for (method, change, rejection) in cases {
      try await scenario.when(Parcels.create(method, change: change)).thenRejected(rejection)
    }
    // An order of a customer who was forgotten is delivered all the same.
    let forgotten = Parcels.create {
      $0.content.address = nil
      $0.needsAddress = false
    }
    #expect(try await scenario.when(forgotten).answer?.status == .pending)
  }

  @Test(arguments: [DeliveryStatusName.pending, .processing, .readyForPickup])
  func `a cancelled order's delivery is cancelled and hidden while the goods are in the house`(status: DeliveryStatusName) async throws {
    let scenario = try await Parcels.delivery(status == .readyForPickup ? .pickup : .standard, DeliveryMachineTests.way(status))
    let cancel = CancelDeliveryOfOrder(deliveryID: Parcels.id, reason: "customer", by: Parcels.user)
    try await scenario.when(cancel).then(
      .deliveryCancelled(
        DeliveryCancelled(delivery: Parcels.reference, previousStatus: status, reason: "customer", cancelledByID: Parcels.user)),
      on: Delivery.self, Parcels.id
    ).andNothingElse().thenClaim("delivery-order:2000", by: nil)
    try await scenario.when(cancel).thenNothing()
  }

  @Test func `what has left the house has to come back, and the notes say so`() async throws {
    let scenario = try await Parcels.delivery(.standard, DeliveryMachineTests.way(.inTransit))
    let result = try await scenario.when(CancelDeliveryOfOrder(deliveryID: Parcels.id, reason: "administrator", by: nil))
    #expect(result.recorded.map(\.type) == ["DeliveryReturnNeeded", "DeliveryNoted"])
    let state = try await scenario.state(of: Delivery.self, Parcels.id)
    #expect(state.status == .inTransit)
    #expect(state.content.notes == "Return needed: the order was cancelled (administrator).")
  }

  @Test func `a delivery follows an order that was moved by hand, through the steps between`() async throws {
    let scenario = try await Parcels.delivery()
    let shipped = try await scenario.when(FollowOrder(deliveryID: Parcels.id, to: .shipped, by: Parcels.staff))
    #expect(shipped.recorded.map(\.type) == ["DeliveryProcessingStarted", "DeliveryShipped"])
    try await scenario.when(FollowOrder(deliveryID: Parcels.id, to: .shipped, by: Parcels.staff)).thenNothing()
    try await scenario.when(FollowOrder(deliveryID: Parcels.id, to: .processing, by: Parcels.staff)).thenNothing()
    let delivered = try await scenario.when(FollowOrder(deliveryID: Parcels.id, to: .delivered, by: Parcels.staff))
    #expect(delivered.recorded.map(\.type) == ["DeliveryDelivered"])
    try await scenario.when(FollowOrder(deliveryID: Parcels.id, to: .delivered, by: Parcels.staff)).thenNothing()
  }

  @Test func `staff changes what it says: one event for each kind of news`() async throws {
    let scenario = try await Parcels.delivery()
    let later = start + .seconds(9 * 86_400)
    let change = ChangeDelivery(deliveryID: Parcels.id) { content in
      content.address = "2 rue Y"
      content.carrierName = "UPS"
      content.estimatedAt = later
      content.shippingCost = Cents(0)
      content.notes = "fragile"
    }
    let result = try await scenario.when(change)
    #expect(
      result.recorded.map(\.type) == [
        "DeliveryRedirected", "DeliveryCarrierAssigned", "DeliveryRescheduled", "DeliveryRepriced", "DeliveryNoted",
      ])
    try await scenario.when(change).thenNothing()
    let sent = try await scenario.given(Parcels.move(.processing)).given(Parcels.move(.shipped))
    try await sent.when(ChangeDelivery(deliveryID: Parcels.id) { $0.address = "3 rue Z" })
      .thenRejected(DeliveryRejection.wrongState(current: .shipped, allowed: [.inTransit, .pickedUp]))
    try await sent.when(ChangeDelivery(deliveryID: DeliveryID(9)) { $0.notes = "?" }).thenRejected(DeliveryRejection.notFound)
  }

  @Test func `an administrator hides what is not on its way, and the order can be delivered anew`() async throws {
    let scenario = try await Parcels.delivery()
    try await scenario.when(DeleteDelivery(deliveryID: Parcels.id))
      .then(.deliveryDeleted(DeliveryDeleted(delivery: Parcels.reference, status: .pending)), on: Delivery.self, Parcels.id)
      .thenClaim("delivery-order:2000", by: nil)
    try await scenario.when(DeleteDelivery(deliveryID: Parcels.id)).thenNothing()
    try await scenario.when(Parcels.move(.processing)).thenRejected(DeliveryRejection.notFound)
    #expect(try await scenario.when(Parcels.create(id: DeliveryID(5_001), number: "DEL-2")).answer?.status == .pending)
    let sent = try await Parcels.delivery(.standard, DeliveryMachineTests.way(.failed))
    try await sent.when(DeleteDelivery(deliveryID: Parcels.id))
      .thenRejected(DeliveryRejection.wrongState(current: .failed, allowed: [.inTransit, .returned]))
  }

  @Test func `an address that changes takes along what is still in the house, and one that goes flags it`() async throws {
    let address = AddressID(70)
    let scenario = try await Scenario().given(Parcels.create(address: address))
      .given(Parcels.create(id: DeliveryID(5_001), number: "DEL-2", order: OrderID(2_001), address: address))
      .given(Parcels.move(.processing)).given(Parcels.move(.shipped))
    let moved = FollowAddress(addressID: address, recipient: DeliveryRecipient(address: "2 rue Y", name: "Ada B", phone: "+33 1"))
    let result = try await scenario.when(moved)
    #expect(result.recorded.map(\.stream) == [Delivery.stream(5_001)])
    #expect(try await scenario.state(of: Delivery.self, 5_001).content.address == "2 rue Y")
    try await scenario.when(moved).thenNothing()
    let gone = FollowAddress(addressID: address, recipient: nil)
    #expect(try await scenario.when(gone).recorded.map(\.type) == ["DeliveryNoted"])
    try await scenario.when(gone).thenNothing()
  }

  @Test func `a delivery is hidden after two years and forgets its recipient after three`() async throws {
    let scenario = try await Parcels.delivery(.standard, DeliveryMachineTests.way(.delivered)).later(by: .seconds(730 * 86_400))
    try await scenario.when(AgeDelivery(deliveryID: Parcels.id, step: .archive))
      .then(.deliveryArchived(DeliveryArchived(delivery: Parcels.reference)), on: Delivery.self, Parcels.id)
      .thenTimer("delivery-retention-5000", at: start + .seconds(1_095 * 86_400))
    try await scenario.later(by: .seconds(365 * 86_400)).when(AgeDelivery(deliveryID: Parcels.id, step: .anonymise))
      .then(.deliveryAnonymised(DeliveryAnonymised(delivery: Parcels.reference)), on: Delivery.self, Parcels.id)
      .thenTimer("delivery-retention-5000", at: nil)
  }

  @Test func `an order follows its delivery through the steps between, and one that went further stays`() async throws {
    let events = try OrderMachineTests.history(.confirmed).reduce(into: (Order.initialState, [OrderEvent]())) { result, command in
      for event in try Order.decide(command, result.0) {
        Order.evolve(&result.0, event)
        result.1.append(event)
      }
    }.1
    var scenario = Scenario()
    for event in events { scenario = try await scenario.given(event, on: Order.self, Sales.order) }
    let shipped = try await scenario.when(FollowDelivery(orderID: Sales.order, step: .shipped))
    #expect(shipped.recorded.map(\.type) == ["OrderProcessingStarted", "OrderShipped"])
    try await scenario.when(FollowDelivery(orderID: Sales.order, step: .processing)).thenNothing()
    #expect(try await scenario.when(FollowDelivery(orderID: Sales.order, step: .delivered)).recorded.map(\.type) == ["OrderDelivered"])
    try await scenario.when(FollowDelivery(orderID: Sales.order, step: .shipped)).thenNothing()
  }
}
