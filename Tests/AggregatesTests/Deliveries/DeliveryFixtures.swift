import EventSourcing
import EventStoreTesting

@testable import Aggregates

/// Examples of what deliveries are made of.
enum Parcels {
  static let id = DeliveryID(5_000)
  static let order = OrderID(2_000)
  static let user = UserID(1)
  static let staff = UserID(9)
  static let reference = DeliveryReference(deliveryID: id, trackingNumber: "DEL-1", orderID: order, userID: user)

  static func content(_ method: DeliveryMethod = .standard) -> DeliveryContent {
    var content = DeliveryContent()
    content.method = method
    content.recipientName = "Ada L"
    if method == .pickup { content.salePointID = SalePointID(1) } else { content.address = "1 rue X\n75001 Paris" }
    return content
  }

  static func create(
    _ method: DeliveryMethod = .standard, id: DeliveryID = id, number: String = "DEL-1", order: OrderID = order, address: AddressID? = nil,
    change: (inout CreateDelivery) -> Void = { _ in }
  ) -> CreateDelivery {
    var create = CreateDelivery(
      deliveryID: id, trackingNumber: number, orderID: order, userID: user, addressID: address, content: content(method))
    change(&create)
    return create
  }

  static func move(_ status: DeliveryStatusName, change: (inout DeliveryMove) -> Void = { _ in }) -> MoveDelivery {
    var move = DeliveryMove(to: status, by: staff)
    move.carrierName = "DHL"
    move.carrierTrackingNumber = "JD1"
    move.reason = "nobody there"
    change(&move)
    return MoveDelivery(deliveryID: id, move)
  }

  /// A delivery that was moved through these statuses.
  static func delivery(_ method: DeliveryMethod = .standard, _ way: [DeliveryStatusName] = []) async throws -> Scenario {
    var scenario = try await Scenario().given(AddSalePoint(id: SalePointID(1), row: SalePoint.Row(name: "Here")))
      .given(create(method))
    for status in way { scenario = try await scenario.given(move(status)) }
    return scenario
  }
}
