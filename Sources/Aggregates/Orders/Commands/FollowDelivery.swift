public import EventSourcing

/// A delivery has got somewhere: its order follows, through the steps that lie between. An order that is there already, or further,
/// stays.
public struct FollowDelivery: Command {
  public var orderID: OrderID
  public var step: AdvanceOrder.Step

  public init(orderID: OrderID, step: AdvanceOrder.Step) {
    self.orderID = orderID
    self.step = step
  }

  public func decide(in session: inout DecisionSession) throws -> OrderAnswer {
    let wanted = AdvanceOrder.Step.allCases.firstIndex(of: step)!
    let reached: Int? =
      switch try session.load(Order.self, orderID).status {
      case .processing: 0
      case .shipped: 1
      case .delivered, .returned, .refunded: 2
      case nil, .pending, .confirmed, .cancelled: nil
      }
    guard wanted > reached ?? -1 else { return try session.answer(order: orderID) }
    for next in AdvanceOrder.Step.allCases[((reached ?? -1) + 1)...wanted] {
      _ = try AdvanceOrder(orderID: orderID, step: next).decide(in: &session)
    }
    return try session.answer(order: orderID)
  }
}
