import EventSourcing
import EventStore

@testable import Aggregates

extension RandomShop {
  static let deliverySteps: [Step] = [
    { shop in
      let id = DeliveryStatusID(shop.freshID())
      let row = DeliveryStatus.Row(name: shop.name("Status"), color: shop.any(["#000000", "#AbCdEf"])!)
      if try await shop.send(AddDeliveryStatus(id: id, row: row)) != nil { shop.deliveryStatuses.append(id) }
    },
    { shop in
      guard let id = shop.any(shop.deliveryStatuses) else { return }
      if shop.chance(60) {
        try await shop.send(ChangeDeliveryStatus(id: id) { $0.description = "anew" })
      } else if try await shop.send(RemoveDeliveryStatus(id: id, usedBy: 0)) != nil {
        shop.deliveryStatuses.removeAll { $0 == id }
      }
    },
    { shop in
      let id = SalePointID(shop.freshID())
      if try await shop.send(AddSalePoint(id: id, row: shop.salePoint())) != nil { shop.salePoints.append(id) }
    },
    { shop in
      guard let id = shop.any(shop.salePoints) else { return }
      let row = shop.salePoint()
      if shop.salePoints.count < 4 || shop.chance(70) {
        try await shop.send(ChangeSalePoint(id: id, row: row))
      } else if try await shop.send(RemoveSalePoint(id: id, usedBy: 0)) != nil {
        shop.salePoints.removeAll { $0 == id }
      }
    },
    createDelivery, createDelivery, moveDelivery, moveDelivery, moveDelivery, moveDelivery,
    { shop in
      guard let (id, sent) = shop.any(shop.deliveries.filter { !$0.value.status.isFinal }) else { return }
      let (address, cost, notes) = (shop.name("rue"), Cents(shop.number(0...999)), shop.chance(50) ? shop.name("note") : nil)
      let (renames, reroutes) = (shop.chance(50), sent.status.isUndispatched && !sent.isPickup && shop.chance(50))
      let time = Timestamp(microseconds: shop.number(1_800_000_000...1_900_000_000) * 1_000_000)
      try await shop.send(
        ChangeDelivery(deliveryID: id) { content in
          if reroutes { content.address = address }
          if renames { content.carrierName = "UPS" }
          content.shippingCost = cost
          content.estimatedAt = time
          content.notes = notes
        })
    },
    { shop in
      guard let (address, user) = shop.any(shop.addresses) else { return }
      let recipient = DeliveryRecipient(address: shop.name("rue"), name: "user \(user)", phone: nil)
      try await shop.send(FollowAddress(addressID: address, recipient: shop.chance(80) ? recipient : nil))
    },
    { shop in
      guard let (id, sent) = shop.any(shop.deliveries) else { return }
      switch shop.number(1...6) {
      case 1 where sent.status.isUndispatched || sent.status.isFinal:
        if try await shop.send(DeleteDelivery(deliveryID: id)) != nil { shop.deliveries[id] = nil }
      case 2 where sent.status.isFinal:
        try await shop.send(AgeDelivery(deliveryID: id, step: .archive))
        shop.deliveries[id] = nil
        if shop.chance(60) { try await shop.send(AgeDelivery(deliveryID: id, step: .anonymise)) }
      case 3:
        if let answer = try await shop.send(CancelDeliveryOfOrder(deliveryID: id, reason: "customer", by: nil)) {
          shop.deliveries[id] = answer.status == .cancelled ? nil : sent
        }
      default:
        let status = shop.any([DeliveryStatusName.processing, .shipped, .delivered])!
        if let answer = try await shop.send(FollowOrder(deliveryID: id, to: status, by: UserID(1))) {
          shop.deliveries[id]!.status = answer.status
        }
      }
    },
  ]

  private func salePoint() -> SalePoint.Row {
    SalePoint.Row(
      name: name("Point"), code: chance(60) ? name("P") : nil, city: "Paris",
      openingHours: chance(60) ? OpeningHours([.monday: .open(from: "09:00", until: "19:00"), .sunday: .closed]) : nil,
      isActive: chance(80), latitude: "48.8566", longitude: "-2.3522")
  }

  private static func createDelivery(_ shop: RandomShop) async throws {
    guard let user = shop.any(shop.users), let order = shop.chance(20) ? shop.any(shop.orders) : OrderID(shop.freshID()) else { return }
    let id = DeliveryID(shop.freshID())
    var content = DeliveryContent()
    content.method = shop.any(DeliveryMethod.allCases)!
    if content.method == .pickup {
      guard let point = shop.any(shop.salePoints) else { return }
      content.salePointID = point
    } else {
      content.address = shop.name("rue")
    }
    content.recipientName = shop.chance(70) ? shop.name("Ada") : nil
    content.instructions = shop.chance(30) ? shop.name("ring") : nil
    content.notes = shop.chance(20) ? shop.name("note") : nil
    let command = CreateDelivery(
      deliveryID: id, trackingNumber: "DEL-\(id)", orderID: order, userID: user, addressID: shop.any(shop.addresses)?.key,
      content: content)
    if let answer = try await shop.send(command) {
      shop.deliveries[id] = SentDelivery(status: answer.status, isPickup: content.method == .pickup)
    }
  }

  /// Takes a delivery some steps of its way, by hand or by the carrier's word.
  private static func moveDelivery(_ shop: RandomShop) async throws {
    guard let (id, sent) = shop.any(shop.deliveries.filter { !$0.value.status.isFinal }) else { return }
    var status = sent.status
    for _ in 0..<shop.number(1...6) {
      guard let next = shop.any(Self.next(status, isPickup: sent.isPickup)) else { break }
      var move = DeliveryMove(to: next, by: shop.any(shop.users))
      (move.carrierName, move.carrierTrackingNumber, move.reason) = ("DHL", "JD\(id)", "nobody")
      move.notes = shop.chance(20) ? shop.name("note") : nil
      guard let answer = try await shop.send(MoveDelivery(deliveryID: id, move)) else { break }
      status = answer.status
      if status.isWithCarrier, shop.chance(30) {
        let time = Timestamp(microseconds: 1_767_225_600_000_000 + shop.number(0...500) * 1_000_000)
        let report = CarrierReport(
          code: shop.any(["TRANSIT", "DELIVERED", "SCANNED"])!, occurredAt: time, city: shop.chance(50) ? shop.name("Lyon") : nil)
        let reported = try await shop.send(
          RecordCarrierReports(deliveryID: id, reports: [report], signatureRequired: shop.any([nil, true, false])!))
        status = reported?.status ?? status
      }
    }
    shop.deliveries[id] = status == .cancelled ? nil : SentDelivery(status: status, isPickup: sent.isPickup)
  }

  /// Mostly what leads on.
  private static func next(_ status: DeliveryStatusName, isPickup: Bool) -> [DeliveryStatusName] {
    switch status {
    case .pending: [.processing, .processing, .processing, .cancelled]
    case .processing: isPickup ? [.readyForPickup] : [.shipped]
    case .readyForPickup: [.delivered]
    case .shipped: [.pickedUp, .inTransit]
    case .pickedUp: [.inTransit]
    case .inTransit: [.outForDelivery, .delivered, .failed]
    case .outForDelivery: [.delivered, .failed]
    case .failed: [.inTransit, .returned]
    case .delivered, .returned, .cancelled: []
    }
  }
}
