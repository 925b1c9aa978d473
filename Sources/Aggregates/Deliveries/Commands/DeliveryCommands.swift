public import EventSourcing

/// Staff moves a delivery on.
public struct MoveDelivery: Command {
  public var deliveryID: DeliveryID
  public var move: DeliveryMove
  public var terms: DeliveryTerms

  public init(deliveryID: DeliveryID, _ move: DeliveryMove, terms: DeliveryTerms = DeliveryTerms()) {
    self.deliveryID = deliveryID
    self.move = move
    self.terms = terms
  }

  public func decide(in session: inout DecisionSession) throws -> DeliveryAnswer {
    let now = session.now
    return try session.change(delivery: deliveryID, terms: terms) { try Delivery.decide(move, $0, terms: terms, at: now) }
  }
}

/// The order was moved by hand: its delivery follows.
public struct FollowOrder: Command {
  public var deliveryID: DeliveryID
  /// Processing, shipped or delivered.
  public var status: DeliveryStatusName
  public var by: UserID?

  public init(deliveryID: DeliveryID, to status: DeliveryStatusName, by: UserID?) {
    self.deliveryID = deliveryID
    self.status = status
    self.by = by
  }

  public func decide(in session: inout DecisionSession) throws -> DeliveryAnswer {
    let now = session.now
    return try session.change(delivery: deliveryID, terms: DeliveryTerms()) { Delivery.follow(status, $0, by: by, at: now) }
  }
}

/// The order was cancelled: its delivery is not sent, or has to come back.
public struct CancelDeliveryOfOrder: Command {
  public var deliveryID: DeliveryID
  public var reason: String
  public var by: UserID?

  public init(deliveryID: DeliveryID, reason: String, by: UserID?) {
    self.deliveryID = deliveryID
    self.reason = reason
    self.by = by
  }

  public func decide(in session: inout DecisionSession) throws -> DeliveryAnswer {
    try session.change(delivery: deliveryID, terms: DeliveryTerms()) { Delivery.followCancellation(reason: reason, $0, by: by) }
  }
}

/// Staff gives a delivery new content, whole or in part.
public struct ChangeDelivery: Command {
  public var deliveryID: DeliveryID
  /// What is to become of the content; may run several times.
  public var change: @Sendable (inout DeliveryContent) -> Void

  public init(deliveryID: DeliveryID, change: @escaping @Sendable (inout DeliveryContent) -> Void) {
    self.deliveryID = deliveryID
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> DeliveryAnswer {
    let old = try session.load(Delivery.self, deliveryID).content
    var content = old
    change(&content)
    if content.salePointID != old.salePointID { try session.checkSalePoint(content.salePointID) }
    let new = content
    return try session.change(delivery: deliveryID, terms: DeliveryTerms()) { try Delivery.change(new, addressID: nil, $0) }
  }
}

/// An administrator hides a delivery that is not on its way.
public struct DeleteDelivery: Command {
  public var deliveryID: DeliveryID

  public init(deliveryID: DeliveryID) {
    self.deliveryID = deliveryID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    _ = try session.change(delivery: deliveryID, terms: DeliveryTerms()) { try Delivery.delete($0) }
    return NoAnswer()
  }
}

/// A delivery grows old: after two years it is hidden, a year later it forgets its recipient.
public struct AgeDelivery: Command {
  public var deliveryID: DeliveryID
  public var step: DeliveryTimer.Kind
  public var terms: DeliveryTerms

  /// - Parameter step: archive or anonymise.
  public init(deliveryID: DeliveryID, step: DeliveryTimer.Kind, terms: DeliveryTerms = DeliveryTerms()) {
    self.deliveryID = deliveryID
    self.step = step
    self.terms = terms
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Delivery.self, deliveryID)
    let timer = DeliveryTimer.retentionName(deliveryID)
    guard state.status != nil else { throw DeliveryRejection.notFound }
    if step == .archive {
      _ = try session.change(delivery: deliveryID, terms: terms) { state in
        state.isDeleted ? [] : [.deliveryArchived(DeliveryArchived(delivery: state.reference))]
      }
      session.setTimer(
        timer, due: .after(terms.anonymiseAfter - terms.archiveAfter), payload: DeliveryTimer(.anonymise, state.reference))
    } else {
      if !state.isAnonymised {
        try session.record([.deliveryAnonymised(DeliveryAnonymised(delivery: state.reference))], on: Delivery.self, deliveryID)
      }
      session.cancelTimer(timer)
    }
    return NoAnswer()
  }
}
