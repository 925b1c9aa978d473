public import EventSourcing

extension Delivery {
  /// Takes in what a carrier says. What it has said before changes nothing; what the status does not allow is kept with the rest, and
  /// carried out when an earlier report that came later makes it allowed. What is older than the last report that was carried out is
  /// only kept.
  public static func decide(
    _ reports: [CarrierReport], signatureRequired: Bool?, _ state: State, terms: DeliveryTerms, at now: Timestamp
  ) throws(DeliveryRejection) -> [DeliveryEvent] {
    guard state.status != nil, !state.isDeleted else { throw .notFound }
    guard let carrierName = state.content.carrierName else { throw .missing(field: "carrier_name") }
    for report in reports {
      do throws(FieldError) {
        try report.check()
        // A clock that is far ahead would hide all that is said later.
        guard report.occurredAt <= now + .seconds(86_400) else { throw FieldError("occurred_at", .malformed) }
      } catch {
        throw .invalid(error)
      }
    }
    var details = state.carrier
    guard details.add(reports, signatureRequired: signatureRequired) else { return [] }
    var next = state
    next.carrier = details
    var moves: [DeliveryEvent] = []
    let carrier = Carrier(named: carrierName)
    for report in details.reports {
      let isNew = reports.contains(where: report.isRepetition) && !state.carrier.reports.contains(where: report.isRepetition)
      // Those kept from before are due only after one that has just moved the delivery.
      guard isNew ? report.occurredAt >= next.appliedThrough ?? report.occurredAt : !moves.isEmpty else { continue }
      guard let status = carrier?.status(of: report.code), status != next.status, allowed(next).contains(status) else { continue }
      var move = DeliveryMove(to: status)
      move.reason = report.description ?? report.code
      move.location = report
      guard let events = try? decide(move, next, terms: terms, at: report.occurredAt) else { continue }
      for event in events { evolve(&next, event) }
      next.appliedThrough = report.occurredAt
      moves += events
    }
    let reported = CarrierReported(delivery: state.reference, details: details, appliedThrough: next.appliedThrough)
    return [.carrierReported(reported)] + moves
  }
}
