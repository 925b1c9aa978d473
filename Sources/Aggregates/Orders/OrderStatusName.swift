/// The order statuses that every shop has; their ids are fixed.
public enum OrderStatusName: String, Sendable, Hashable, CaseIterable {
  case pending, confirmed, processing, shipped, delivered, cancelled, refunded, returned

  /// The id of the default row, from 1.
  public var id: OrderStatusID { OrderStatusID(Int64(Self.allCases.firstIndex(of: self)! + 1)) }
}
