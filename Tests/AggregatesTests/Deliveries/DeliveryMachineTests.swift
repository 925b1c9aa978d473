import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

/// The page's table of statuses, and every pair that is not in it.
@Suite struct DeliveryMachineTests {
  /// The way to a status.
  static func way(_ status: DeliveryStatusName) -> [DeliveryStatusName] {
    switch status {
    case .pending: []
    case .processing, .readyForPickup: [status]
    case .shipped: [.processing, .shipped]
    case .pickedUp: way(.shipped) + [.pickedUp]
    case .inTransit: way(.shipped) + [.inTransit]
    case .outForDelivery: way(.inTransit) + [.outForDelivery]
    case .delivered: way(.inTransit) + [.delivered]
    case .failed: way(.inTransit) + [.failed]
    case .returned: way(.failed) + [.returned]
    case .cancelled: [.cancelled]
    }
  }

  static let table: [DeliveryStatusName: Set<DeliveryStatusName>] = [
    .pending: [.processing, .cancelled], .processing: [.shipped, .cancelled], .shipped: [.inTransit, .pickedUp],
    .pickedUp: [.inTransit], .inTransit: [.outForDelivery, .delivered, .failed], .outForDelivery: [.delivered, .failed],
    .failed: [.inTransit, .returned], .readyForPickup: [.delivered, .cancelled],
  ]

  @Test(arguments: DeliveryStatusName.allCases, DeliveryStatusName.allCases)
  func `every step has its answer in every status`(from: DeliveryStatusName, to: DeliveryStatusName) async throws {
    let isPickup = from == .readyForPickup
    let scenario = try await Parcels.delivery(isPickup ? .pickup : .standard, Self.way(from))
    #expect(try await scenario.state(of: Delivery.self, Parcels.id).status == from)
    let result = try await scenario.when(Parcels.move(to) { if isPickup { ($0.carrierName, $0.carrierTrackingNumber) = (nil, nil) } })
    if from == to {
      try result.thenNothing()
    } else if Self.table[from]?.contains(to) == true {
      #expect(result.rejection == nil)
      #expect(result.answer?.status == to)
      // Told once more, it has had its effect.
      try await result.and.when(Parcels.move(to)).thenNothing()
    } else if from == .cancelled {
      try result.thenRejected(DeliveryRejection.notFound)
    } else {
      try result.thenRejected(
        DeliveryRejection.wrongState(current: from, allowed: Delivery.allowed(try await scenario.state(of: Delivery.self, Parcels.id))))
    }
  }

  @Test func `what is collected waits at its sale point, and is never given to a carrier`() async throws {
    let scenario = try await Parcels.delivery(.pickup)
    #expect(try await scenario.state(of: Delivery.self, Parcels.id).status == .processing)
    try await scenario.when(Parcels.move(.shipped))
      .thenRejected(DeliveryRejection.wrongState(current: .processing, allowed: [.readyForPickup, .cancelled]))
    let ready = try await scenario.when(Parcels.move(.readyForPickup)).and
    #expect(try await ready.when(Parcels.move(.delivered)).answer?.status == .delivered)
  }

  @Test(arguments: [
    ([DeliveryStatusName.processing], DeliveryStatusName.shipped, "carrier_name"),
    ([.processing, .shipped], .inTransit, "carrier_tracking_number"), ([.processing, .shipped, .inTransit], .failed, "reason"),
  ])
  func `a step says what it lacks`(way: [DeliveryStatusName], to: DeliveryStatusName, field: String) async throws {
    var scenario = try await Parcels.delivery()
    for status in way {
      scenario = try await scenario.given(
        Parcels.move(status) { if status == .shipped, to == .inTransit { $0.carrierTrackingNumber = nil } })
    }
    try await scenario.when(MoveDelivery(deliveryID: Parcels.id, DeliveryMove(to: to))).thenRejected(
      DeliveryRejection.missing(field: field))
  }

  @Test func `times are kept: shipped once, delivered once, expected anew after a failure`() async throws {
    let start = InMemoryEventLog.defaultStart
    let scenario = try await Parcels.delivery(.express, [.processing]).later(by: .seconds(60)).given(Parcels.move(.shipped))
      .later(by: .seconds(60)).given(Parcels.move(.inTransit)).given(Parcels.move(.failed)).later(by: .seconds(60))
    #expect(try await scenario.state(of: Delivery.self, Parcels.id).content.estimatedAt == start + .seconds(2 * 86_400))
    try await scenario.when(Parcels.move(.inTransit)).then(
      .deliveryInTransit(
        DeliveryInTransit(
          delivery: Parcels.reference, previousStatus: .failed, carrierTrackingNumber: "JD1", city: nil, country: nil,
          shippedAt: start + .seconds(60), estimatedAt: start + .seconds(180 + 2 * 86_400), attempt: 2, changedByID: Parcels.staff)),
      on: Delivery.self, Parcels.id
    ).andNothingElse()
  }
}
