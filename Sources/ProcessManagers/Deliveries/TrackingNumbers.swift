public import Aggregates
public import EventSourcing

extension TrackingNumber {
  /// A number that nobody has.
  public static func next(_ method: DeliveryMethod, from log: any EventLog, at time: Timestamp) async throws -> String {
    let day = ParisDay(at: time)
    // Counters start at 1,000.
    return text(method, on: day, count: try await log.nextIDs(counter(method, on: day), count: 1) - 1_000)
  }
}
