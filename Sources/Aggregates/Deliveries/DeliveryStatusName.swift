/// The statuses of the delivery machine; their rows have fixed ids.
public enum DeliveryStatusName: String, Sendable, Hashable, CaseIterable {
  case pending, processing, shipped
  case inTransit = "in_transit"
  case delivered, failed, returned
  case readyForPickup = "ready_for_pickup"
  /// The carrier took the parcel.
  case pickedUp = "picked_up"
  case outForDelivery = "out_for_delivery"
  case cancelled

  /// The id of the default row, from 1.
  public var id: DeliveryStatusID { DeliveryStatusID(Int64(Self.allCases.firstIndex(of: self)! + 1)) }

  /// The status whose default row has this id.
  public init?(id: DeliveryStatusID) {
    guard let status = Self.allCases.first(where: { $0.id == id }) else { return nil }
    self = status
  }

  /// Whether nothing follows.
  public var isFinal: Bool { self == .delivered || self == .returned || self == .cancelled }

  /// Whether the goods are still in the house.
  public var isUndispatched: Bool { self == .pending || self == .processing }

  /// Whether a carrier has the goods and is to be asked where they are.
  public var isWithCarrier: Bool {
    switch self {
    case .shipped, .pickedUp, .inTransit, .outForDelivery: true
    case .pending, .processing, .readyForPickup, .failed, .delivered, .returned, .cancelled: false
    }
  }
}
