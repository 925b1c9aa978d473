public import EventSourcing

/// A carrier's news of a parcel. They may come late, in any order, and more than once.
public struct RecordCarrierReports: Command {
  public var deliveryID: DeliveryID
  public var reports: [CarrierReport]
  /// Nil where the carrier does not say.
  public var signatureRequired: Bool?
  public var terms: DeliveryTerms

  public init(
    deliveryID: DeliveryID, reports: [CarrierReport], signatureRequired: Bool? = nil, terms: DeliveryTerms = DeliveryTerms()
  ) {
    self.deliveryID = deliveryID
    self.reports = reports
    self.signatureRequired = signatureRequired
    self.terms = terms
  }

  public func decide(in session: inout DecisionSession) throws -> DeliveryAnswer {
    let now = session.now
    return try session.change(delivery: deliveryID, terms: terms) {
      try Delivery.decide(reports, signatureRequired: signatureRequired, $0, terms: terms, at: now)
    }
  }
}

/// A carrier was asked, and answered this or nothing: its news are recorded, and it is asked again later while it has the parcel.
public struct CompletePoll: Command {
  public var deliveryID: DeliveryID
  public var reports: [CarrierReport]
  public var signatureRequired: Bool?
  public var terms: DeliveryTerms

  public init(
    deliveryID: DeliveryID, reports: [CarrierReport], signatureRequired: Bool? = nil, terms: DeliveryTerms = DeliveryTerms()
  ) {
    self.deliveryID = deliveryID
    self.reports = reports
    self.signatureRequired = signatureRequired
    self.terms = terms
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let now = session.now
    let wasPolled = try session.load(Delivery.self, deliveryID).isPolled
    _ = try session.change(delivery: deliveryID, terms: terms) { state in
      guard state.isPolled, !reports.isEmpty else { return [] }
      return try Delivery.decide(reports, signatureRequired: signatureRequired, state, terms: terms, at: now)
    }
    let state = try session.load(Delivery.self, deliveryID)
    let name = DeliveryTimer.pollName(deliveryID)
    if state.isPolled {
      session.setTimer(name, due: .after(terms.pollInterval), payload: DeliveryTimer(.poll, state.reference))
    } else if !wasPolled {
      // Set while the parcel was on its way; nobody has it now.
      session.cancelTimer(name)
    }
    return NoAnswer()
  }
}
