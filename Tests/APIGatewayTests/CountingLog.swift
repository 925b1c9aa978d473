import EventSourcing
import EventStoreTesting
import Synchronization

/// How often a log was asked.
final class LogCounter: Sendable {
  private let asked = Atomic<Int>(0)

  var count: Int { asked.load(ordering: .sequentiallyConsistent) }

  fileprivate func note() { asked.add(1, ordering: .sequentiallyConsistent) }
}

/// A log that counts how often it is asked: each time is a statement where the log is in PostgreSQL.
struct CountingLog: EventLog {
  let log: InMemoryEventLog
  let counter: LogCounter

  private func counted() -> InMemoryEventLog {
    counter.note()
    return log
  }

  func submit(_ append: Append, completion: @escaping @Sendable (Result<AppendResult, AppendError>) -> Void) {
    counted().submit(append, completion: completion)
  }

  func takeTurn(
    reading tails: [StreamTail], limit: Int, decide: @escaping @Sendable ([StreamName: [RecordedEvent]]) -> Void
  ) async throws(AppendError) {
    try await counted().takeTurn(reading: tails, limit: limit, decide: decide)
  }

  func readStream(_ stream: StreamName, after version: StreamVersion, limit: Int) async throws -> [RecordedEvent] {
    try await counted().readStream(stream, after: version, limit: limit)
  }

  func readLog(after position: Position, filter: EventFilter, limit: Int) async throws -> LogPage {
    try await counted().readLog(after: position, filter: filter, limit: limit)
  }

  func head() async throws -> Position { try await counted().head() }

  func waitForEvents(after position: Position, matching filter: EventFilter, timeout: Duration) async {
    await log.waitForEvents(after: position, matching: filter, timeout: timeout)
  }

  func snapshot(of stream: StreamName, fingerprint: String) async throws -> Snapshot? {
    try await counted().snapshot(of: stream, fingerprint: fingerprint)
  }

  func saveSnapshot(_ snapshot: Snapshot, of stream: StreamName) async throws { try await counted().saveSnapshot(snapshot, of: stream) }

  func claimOwner(_ key: String) async throws -> StreamName? { try await counted().claimOwner(key) }

  func nextIDs(_ kind: String, count: Int) async throws -> Int64 { try await counted().nextIDs(kind, count: count) }

  func dueTimers(limit: Int) async throws -> [DueTimer] { try await counted().dueTimers(limit: limit) }

  func subjectKeys(_ subjects: Set<SubjectID>, create: Bool) async throws -> [SubjectID: SubjectKey] {
    try await counted().subjectKeys(subjects, create: create)
  }
}
