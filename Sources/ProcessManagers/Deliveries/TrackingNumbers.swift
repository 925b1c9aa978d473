public import Aggregates
public import EventSourcing

extension TrackingNumber {
  /// A number that nobody has.
  public static func next(_ method: DeliveryMethod, from log: any EventLog, at time: Timestamp) async throws -> String {
    let day = ParisDay(at: time)
    // Counters start at 1,000.
    return text(method, on: day, count: try await log.nextIDs(counter(method, on: day), count: 1) - 1_000)
  }

  /// Carries out what needs a number; with another one when that is taken, by what was brought from elsewhere or restored.
  public static func draw<Outcome>(
    _ method: DeliveryMethod, from log: any EventLog, at time: Timestamp, attempts: Int = 5, _ body: (String) async throws -> Outcome
  ) async throws -> Outcome {
    for _ in 1..<attempts {
      do {
        return try await body(next(method, from: log, at: time))
      } catch CommandError.refused(.claimTaken(let key, _)) where key.hasPrefix(claimPrefix) {
        continue
      }
    }
    return try await body(next(method, from: log, at: time))
  }
}
