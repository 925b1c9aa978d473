public import EventSourcing

extension Delivery {
  /// What becomes of a delivery to an address and of one to a sale point, moved step by step or following its order.
  public static func machine() throws -> StateMachine {
    let id = DeliveryID(1)
    let reference = DeliveryReference(deliveryID: id, trackingNumber: "1", orderID: OrderID(1), userID: UserID(1))
    func ask(_ decide: @escaping (State, Timestamp) throws -> [DeliveryEvent]) -> StateMachine.Question {
      { session in try session.record(decide(session.load(Delivery.self, id), session.now), on: Delivery.self, id) }
    }
    let creations = [DeliveryMethod.standard, .pickup].map { method in
      ask { state, now in
        guard state.status == nil else { return [] }
        var content = DeliveryContent()
        content.method = method
        content.salePointID = method == .pickup ? SalePointID(1) : nil
        content.estimatedAt = now + DeliveryTerms().time(of: method)
        return try create(reference, content, websiteID: nil, addressID: nil, needsAddress: false, at: now)
      }
    }
    let moves = DeliveryStatusName.allCases.map { status in
      ask { state, now in
        var move = DeliveryMove(to: status)
        (move.carrierName, move.carrierTrackingNumber, move.reason) = ("carrier", "1", "a reason")
        return try decide(move, state, terms: DeliveryTerms(), at: now)
      }
    }
    let following = [DeliveryStatusName.processing, .shipped, .delivered].map { status in
      ask { state, now in follow(status, state, by: nil, at: now) }
    }
    return try StateMachine(
      of: Delivery.self, id, state: { $0.status?.rawValue ?? "none" },
      distinction: { "\($0.status?.rawValue ?? "none") \($0.content.method)" },
      asking: creations + moves + following + [ask { state, _ in followCancellation(reason: "customer", state, by: nil) }])
  }
}
