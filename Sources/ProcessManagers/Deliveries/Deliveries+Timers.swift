import Aggregates
public import EventSourcing
import JSON
import Logging

extension Deliveries {
  public func saga(of timer: DueTimer) throws -> String? { try due(timer)?.orderID.description }

  public func fire(_ timer: DueTimer) async throws {
    guard let what = try due(timer) else { return }
    switch what.kind {
    case .poll: try await poll(what, timer)
    case .archive, .anonymise:
      try await step(AgeDelivery(deliveryID: what.deliveryID, step: what.kind, terms: terms), of: what.orderID, after: timer)
    }
  }

  /// A timer of this process manager; nil for one of somebody else.
  private func due(_ timer: DueTimer) throws -> DeliveryTimer? {
    guard case .string(let action)? = try JSONValue(parsing: timer.payload)["do"], DeliveryTimer.Kind(rawValue: action) != nil else {
      return nil
    }
    return try DeliveryTimer(jsonBytes: timer.payload)
  }

  /// Asks the carrier where a parcel is, outside of every decision. One that does not answer in time is asked again next time.
  private func poll(_ what: DeliveryTimer, _ timer: DueTimer) async throws {
    let state = try await state(of: what.deliveryID)
    var answer = TrackingAnswer()
    if let carrier = state.content.carrierName, let number = state.content.carrierTrackingNumber {
      answer = await ask(TrackingRequest(carrierName: carrier, trackingNumber: number), of: what.orderID)
    }
    // Not a step: no news are no event.
    let command = CompletePoll(
      deliveryID: what.deliveryID, reports: answer.reports, signatureRequired: answer.signatureRequired, terms: terms)
    do {
      _ = try await executor.execute(command, id: commandID(of: timer), context: timerContext)
    } catch let rejection as any Rejection {
      logger.warning("carrier's answer refused", metadata: ["order.id": "\(what.orderID)", "reason": "\(rejection)"])
      let nothing = CompletePoll(deliveryID: what.deliveryID, reports: [], terms: terms)
      _ = try await executor.execute(nothing, context: timerContext)
    }
  }

  private func state(of delivery: DeliveryID) async throws -> Delivery.State {
    var state = Delivery.initialState
    var version = StreamVersion.none
    while true {
      let events = try await log.readStream(Delivery.stream(delivery), after: version, limit: 500)
      // Nothing personal is needed here.
      for event in events { Delivery.evolve(&state, try DeliveryEvent.decoder.decode(event)) }
      guard events.count == 500, let last = events.last else { return state }
      version = last.version
    }
  }

  private func ask(_ request: TrackingRequest, of order: OrderID) async -> TrackingAnswer {
    do {
      return try await withThrowingTaskGroup(of: TrackingAnswer.self) { [carriers, terms] group in
        group.addTask { try await carriers.track(request) }
        group.addTask {
          try await Task.sleep(for: terms.pollTimeout)
          return TrackingAnswer()
        }
        defer { group.cancelAll() }
        return try await group.next() ?? TrackingAnswer()
      }
    } catch {
      logger.warning("carrier failed", metadata: ["order.id": "\(order)", "error": "\(error)"])
      return TrackingAnswer()
    }
  }
}
