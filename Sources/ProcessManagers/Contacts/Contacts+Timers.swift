import Aggregates
public import EventSourcing
import JSON

extension Contacts {
  public func saga(of timer: DueTimer) throws -> String? { try due(timer).map { ContactList.stream($0.listID).rawValue } }

  public func fire(_ timer: DueTimer) async throws {
    guard let what = try due(timer) else { return }
    let command = ArchiveIdleContactList(listID: what.listID, timer: timer)
    _ = try await executor.execute(command, id: commandID(of: timer), context: timerContext)
  }

  /// A timer of this process manager; nil for one of somebody else.
  private func due(_ timer: DueTimer) throws -> ContactListTimer? {
    guard case .string(ContactListTimer.action)? = try JSONValue(parsing: timer.payload)["do"] else { return nil }
    return try ContactListTimer(jsonBytes: timer.payload)
  }
}
