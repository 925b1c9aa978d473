import Aggregates
public import EventSourcing
import JSON

extension Newsletters {
  public func saga(of timer: DueTimer) throws -> String? { try due(timer)?.stream.rawValue }

  public func fire(_ timer: DueTimer) async throws {
    guard let what = try due(timer) else { return }
    _ = try await executor.execute(TidyNewsletters(what, timer: timer), id: commandID(of: timer), context: timerContext)
  }

  /// A timer of this process manager; nil for one of somebody else.
  private func due(_ timer: DueTimer) throws -> NewsletterTimer? {
    guard case .string(let action)? = try JSONValue(parsing: timer.payload)["do"], NewsletterTimer.isAction(action) else { return nil }
    return try NewsletterTimer(jsonBytes: timer.payload)
  }
}
