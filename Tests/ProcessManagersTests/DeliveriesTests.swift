import EventSourcing
import EventStoreTesting
import ProcessManagers
import Testing

@testable import Aggregates

@Suite struct DeliveriesTests {
  private static let address = AddressID(1)

  /// A shop with stock, a customer's address, and both process managers at work.
  private func working(_ body: (Shop, Workers) async throws -> Void) async throws -> Shop {
    let shop = Shop()
    try await shop.stock(7, 9)
    _ = try await shop.executor.execute(AddCountry(id: CountryID(3), row: Country.Row(name: "France", code: "FR")))
    _ = try await shop.executor.execute(AddAddress(userID: UserID(1), addressID: Self.address, content: content("1 rue X")))
    try await shop.running(shop.runner()) { checkout in
      try await shop.running(shop.runner(shop.deliveries())) { deliveries in
        try await body(shop, Workers(runners: [checkout, deliveries]))
      }
    }
    return shop
  }

  private func content(_ line: String) -> AddressContent {
    AddressContent(
      firstName: "Ada", lastName: "L", company: "Co", addressLine1: line, city: "Paris", postalCode: "75001", countryID: CountryID(3),
      phone: "+33 1")
  }

  private func delivery(of order: OrderID, _ shop: Shop) async throws -> Delivery.State {
    let id = try #require(shop.log.claims[Delivery.orderClaim(order)]?.id)
    return try await shop.state(Delivery.self, String(id))
  }

  private func move(_ delivery: DeliveryID, _ status: DeliveryStatusName, number: String = "JD1") -> MoveDelivery {
    var move = DeliveryMove(to: status, by: UserID(9))
    move.carrierName = "DHL"
    move.carrierTrackingNumber = number
    return MoveDelivery(deliveryID: delivery, move)
  }

  @Test func `a confirmed order gets one delivery to its address, and none before`() async throws {
    let shop = try await working { shop, workers in
      let order = try await shop.buy(1)
      try await workers.settle(shop)
      let state = try await delivery(of: order, shop)
      #expect(state.status == .pending)
      #expect(state.content.address == "Co\n1 rue X\n75001 Paris\nFrance")
      #expect(state.content.recipientName == "Ada L")
      #expect(state.content.recipientPhone == "+33 1")
      #expect(state.content.shippingCost == Cents(599))
      #expect(state.addressID == Self.address)
      #expect(state.reference.trackingNumber.hasPrefix("DEL-2026-01-01-"))
      try await shop.buy(1, token: "sandbox_refuse")
      try await workers.settle(shop)
    }
    #expect(shop.count(DeliveryCreated.type) == 1)
    #expect(shop.count(SagaStepRefused.type) == 0)
  }

  @Test func `the order follows its delivery to the door`() async throws {
    _ = try await working { shop, workers in
      let order = try await shop.buy(1)
      try await workers.settle(shop)
      let id = try await delivery(of: order, shop).reference.deliveryID
      for (step, status) in [
        (DeliveryStatusName.processing, OrderStatusName.processing), (.shipped, .shipped), (.inTransit, .shipped),
        (.delivered, .delivered),
      ] {
        _ = try await shop.executor.execute(move(id, step))
        try await workers.settle(shop)
        #expect(try await shop.order(order).status == status)
      }
    }
  }

  @Test func `an order that staff moves by hand takes its delivery along`() async throws {
    let shop = try await working { shop, workers in
      let order = try await shop.buy(1)
      try await workers.settle(shop)
      for (step, status) in [(AdvanceOrder.Step.processing, DeliveryStatusName.processing), (.shipped, .shipped), (.delivered, .delivered)]
      {
        _ = try await shop.executor.execute(AdvanceOrder(orderID: order, step: step, by: UserID(9)))
        try await workers.settle(shop)
        #expect(try await delivery(of: order, shop).status == status)
      }
      #expect(try await shop.order(order).status == .delivered)
    }
    #expect(shop.count(OrderDelivered.type) == 1)
    #expect(shop.count(DeliveryDelivered.type) == 1)
  }

  @Test func `a delivery that was created by hand while its order was cancelled is cancelled with it`() async throws {
    let delivery = DeliveryID(5_000)
    let shop = try await working { shop, workers in
      let order = try await shop.buy(1, token: "sandbox_refuse")
      try await workers.settle(shop)
      var content = DeliveryContent()
      content.address = "1 rue X"
      _ = try await shop.executor.execute(
        CreateDelivery(deliveryID: delivery, trackingNumber: "DEL-X", orderID: order, userID: UserID(1), content: content))
      try await workers.settle(shop)
    }
    #expect(try await shop.state(Delivery.self, delivery).status == .cancelled)
    #expect(shop.count(SagaStepRefused.type) == 0)
  }

  @Test func `a cancelled order's delivery is cancelled, one that has left is noted`() async throws {
    let shop = try await working { shop, workers in
      let (early, late) = (try await shop.buy(1), try await shop.buy(2))
      try await workers.settle(shop)
      let id = try await delivery(of: late, shop).reference.deliveryID
      _ = try await shop.executor.execute(move(id, .processing))
      _ = try await shop.executor.execute(move(id, .shipped))
      try await workers.settle(shop)
      _ = try await shop.executor.execute(CancelOrder(orderID: early, canceller: .customer(UserID(1))))
      _ = try await shop.executor.execute(
        CancelOrder(orderID: late, canceller: .administrator(nil, returnOpen: true), comment: "broken"))
      try await workers.settle(shop)
      #expect(shop.log.claims[Delivery.orderClaim(early)] == nil)
      #expect(try await delivery(of: late, shop).status == .shipped)
    }
    #expect(shop.count(DeliveryCancelled.type) == 1)
    #expect(shop.count(DeliveryReturnNeeded.type) == 1)
  }

  @Test func `what is collected is shipped to its customer's eyes when it waits for him`() async throws {
    _ = try await working { shop, workers in
      _ = try await shop.executor.execute(AddSalePoint(id: SalePointID(1), row: SalePoint.Row(name: "Here")))
      let order = try await shop.buy(1)
      try await workers.settle(shop)
      let id = try await delivery(of: order, shop).reference.deliveryID
      _ = try await shop.executor.execute(
        ChangeDelivery(deliveryID: id) { content in
          content.method = .pickup
          content.salePointID = SalePointID(1)
        })
      for step in [DeliveryStatusName.processing, .readyForPickup] {
        var move = DeliveryMove(to: step)
        move.by = UserID(9)
        _ = try await shop.executor.execute(MoveDelivery(deliveryID: id, move))
      }
      try await workers.settle(shop)
      #expect(try await shop.order(order).status == .shipped)
    }
  }

  @Test func `the carrier is asked every half hour, until the parcel is there`() async throws {
    let shop = try await working { shop, workers in
      let order = try await shop.buy(1)
      try await workers.settle(shop)
      let id = try await delivery(of: order, shop).reference.deliveryID
      _ = try await shop.executor.execute(move(id, .processing))
      _ = try await shop.executor.execute(move(id, .shipped, number: "sandbox_transit-1"))
      shop.log.advance(by: .seconds(1_800))
      try await shop.until("asking the carrier") { try await delivery(of: order, shop).status == .inTransit }
      #expect(try await delivery(of: order, shop).carrier.location?.city == "Roissy-en-France")
      _ = try await shop.executor.execute(ChangeDelivery(deliveryID: id) { $0.carrierTrackingNumber = "sandbox_delivered-1" })
      shop.log.advance(by: .seconds(1_800))
      try await shop.until("delivering the order") { try await shop.order(order).status == .delivered }
      try await workers.settle(shop)
      #expect(shop.log.timers["delivery-poll-\(id)"] == nil)
    }
    #expect(shop.count(CarrierReported.type) == 2)
  }

  @Test func `an address that the customer changes or deletes is that of his parcels, while they are in the house`() async throws {
    _ = try await working { shop, workers in
      let order = try await shop.buy(1)
      try await workers.settle(shop)
      _ = try await shop.executor.execute(
        ChangeAddress(userID: UserID(1), addressID: Self.address) { $0.addressLine1 = "2 rue Y" })
      try await workers.settle(shop)
      #expect(try await delivery(of: order, shop).content.address == "Co\n2 rue Y\n75001 Paris\nFrance")
      _ = try await shop.executor.execute(DeleteAddress(userID: UserID(1), addressID: Self.address))
      try await workers.settle(shop)
      #expect(try await delivery(of: order, shop).content.notes == "The address was deleted by the customer.")
    }
  }

  @Test func `old deliveries are hidden, then forget their recipients`() async throws {
    let shop = try await working { shop, workers in
      try await shop.buy(1)
      try await workers.settle(shop)
      shop.log.advance(by: .seconds(730 * 86_400))
      try await shop.until("archiving") { shop.count(DeliveryArchived.type) == 1 }
      try await workers.settle(shop)
      shop.log.advance(by: .seconds(365 * 86_400))
      try await shop.until("anonymising") { shop.count(DeliveryAnonymised.type) == 1 }
    }
    #expect(shop.log.timers.isEmpty)
  }

  @Test func `all messages once more from the beginning have no second effect`() async throws {
    let shop = try await working { shop, workers in
      let (first, second) = (try await shop.buy(1), try await shop.buy(2))
      try await workers.settle(shop)
      let id = try await delivery(of: first, shop).reference.deliveryID
      for step in [DeliveryStatusName.processing, .shipped] { _ = try await shop.executor.execute(move(id, step)) }
      _ = try await shop.executor.execute(CancelOrder(orderID: second, canceller: .customer(UserID(2))))
      try await workers.settle(shop)
    }
    let before = shop.log.events
    let port = shop.deliveries(CommandExecutor(log: shop.log) { shop.log.now })
    let messages = before.filter { port.messageTypes.contains($0.type) }
    for message in messages + messages.reversed() { try await port.handle(message) }
    #expect(shop.log.events.map(\.type) == before.map(\.type))
  }
}

/// Process managers that bring each other work.
private struct Workers {
  let runners: [ProcessManagerRunner]

  /// Waits until none of them has anything to do.
  func settle(_ shop: Shop) async throws {
    try await shop.until("handling all messages") {
      runners.allSatisfy { runner in
        let status = runner.status
        return status.isActive && status.inFlight == 0 && status.position.rawValue == Int64(shop.log.events.count)
      }
    }
  }
}

extension Shop {
  fileprivate func deliveries(_ executor: CommandExecutor? = nil) -> Deliveries {
    Deliveries(log: log, executor: executor ?? self.executor, carriers: SandboxCarriers(), logger: Self.quietLogger) { [log] in log.now }
  }
}
