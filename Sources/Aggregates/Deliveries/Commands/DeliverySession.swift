public import EventSourcing
public import JSON

extension DecisionSession {
  /// Records what comes of a decision on a delivery, and what hangs on its status: its order's claim, and the timer that asks the carrier.
  mutating func change(
    delivery id: DeliveryID, terms: DeliveryTerms, _ decide: (Delivery.State) throws -> [DeliveryEvent]
  ) throws -> DeliveryAnswer {
    let before = try load(Delivery.self, id)
    try record(decide(before), on: Delivery.self, id)
    let after = try load(Delivery.self, id)
    let order = Delivery.orderClaim(after.reference.orderID)
    switch (before.isLive, after.isLive) {
    case (false, true): claim(order, for: Delivery.stream(id))
    case (true, false): release(order, from: Delivery.stream(id))
    case (true, true), (false, false): break
    }
    switch (before.isPolled, after.isPolled) {
    case (false, true):
      setTimer(DeliveryTimer.pollName(id), due: .after(terms.pollInterval), payload: DeliveryTimer(.poll, after.reference))
    case (true, false): cancelTimer(DeliveryTimer.pollName(id))
    case (true, true), (false, false): break
    }
    return DeliveryAnswer(after)
  }

  /// The sale point that a delivery names can be chosen.
  mutating func checkSalePoint(_ id: SalePointID?) throws {
    guard let id else { return }
    guard try load(SalePoint.self, id).row?.isActive ?? false else {
      throw DeliveryRejection.invalid(FieldError("sale_point_id", .unknown))
    }
  }
}

extension Delivery {
  /// Held by the one live delivery of an order.
  public static func orderClaim(_ order: OrderID) -> String { "delivery-order:\(order)" }
}

extension Delivery.State {
  /// Whether its carrier is asked now and then.
  var isPolled: Bool { status?.isWithCarrier == true && !isDeleted && content.carrierName != nil && content.carrierTrackingNumber != nil }
}

/// What a delivery's command answers.
public struct DeliveryAnswer: JSONCodable, Hashable {
  public var deliveryID: DeliveryID
  public var trackingNumber: String
  public var orderID: OrderID
  /// After the command.
  public var status: DeliveryStatusName

  init(_ state: Delivery.State) {
    deliveryID = state.reference.deliveryID
    trackingNumber = state.reference.trackingNumber
    orderID = state.reference.orderID
    status = state.status ?? .pending
  }

  public init(from json: inout JSONObjectReader) throws {
    deliveryID = try json.id("delivery_id")
    trackingNumber = try json.string("tracking_number")
    orderID = try json.id("order_id")
    status = try json.name("status")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("delivery_id", deliveryID)
    json.field("tracking_number", trackingNumber)
    json.field("order_id", orderID)
    json.field("status", name: status)
  }
}
