import EventSourcing
import EventStoreTesting
import Logging
import ProcessManagers
import Testing

@testable import Aggregates

struct ParkedSagasTests {
  @Test func `who asks for the first time goes on from what was written down`() async throws {
    let log = InMemoryEventLog()
    let executor = CommandExecutor(log: log)
    let checkout = Checkout(
      log: log, executor: executor, payments: SandboxPayments(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let closing = ClosedAccounts(log: log, executor: executor)
    var own = Examples.event(OrderPlaced.type)
    own.stream = Order.stream(7)
    var foreign = Examples.event(UserDeleted.type)
    foreign.stream = User.stream(5)
    try await checkout.park("7", at: own, from: Position(3), tries: 8, error: "no reason")
    try await closing.park("user-5", at: foreign, from: Position(4), tries: 9, error: "another \"reason\"")

    let first = try await ParkedSagas(log: log, snapshotInterval: 1).all()
    #expect(first.sagas.map(\.stream.rawValue) == ["checkout-7", "accountsaga-user-5"])
    // Nothing is left of the log but what comes now: only what was written down can tell of the two.
    let rest = ShortenedLog(log: log, from: first.position)
    let second = try await ParkedSagas(log: rest).all()
    #expect(second.sagas == first.sagas && second.position == first.position)
    #expect(try await ParkedSagas(log: rest).positions(of: "checkout") == ["7": Position(3)])
    try await checkout.unpark("7", at: Position(3))
    #expect(try await ParkedSagas(log: rest).all().sagas == [first.sagas[1]])
    #expect(try await checkout.parkedSagas().isEmpty)
    #expect(try await closing.parkedSagas() == ["user-5": Position(4)])
  }
}

/// A log whose beginning is not read.
private struct ShortenedLog: EventLog {
  let log: InMemoryEventLog
  let from: Position

  func readLog(after position: Position, filter: EventFilter, limit: Int) async throws -> LogPage {
    try await log.readLog(after: max(position, from), filter: filter, limit: limit)
  }

  func readBulk(
    after position: Position, through end: Position, filter: EventFilter, _ body: ([RecordedEvent]) async throws -> Void
  ) async throws {
    guard end > from else { return }
    try await log.readBulk(after: max(position, from), through: end, filter: filter, body)
  }

  func submit(_ append: Append, completion: @escaping @Sendable (Result<AppendResult, AppendError>) -> Void) {
    log.submit(append, completion: completion)
  }

  func takeTurn(
    reading tails: [StreamTail], limit: Int, decide: @escaping @Sendable ([StreamName: [RecordedEvent]]) -> Void
  ) async throws(AppendError) {
    try await log.takeTurn(reading: tails, limit: limit, decide: decide)
  }

  func readStream(_ stream: StreamName, after version: StreamVersion, limit: Int) async throws -> [RecordedEvent] {
    try await log.readStream(stream, after: version, limit: limit)
  }

  func head() async throws -> Position { try await log.head() }

  func waitForEvents(after position: Position, matching filter: EventFilter, timeout: Duration) async {
    await log.waitForEvents(after: position, matching: filter, timeout: timeout)
  }

  func snapshot(of stream: StreamName, fingerprint: String) async throws -> Snapshot? {
    try await log.snapshot(of: stream, fingerprint: fingerprint)
  }

  func saveSnapshot(_ snapshot: Snapshot, of stream: StreamName) async throws { try await log.saveSnapshot(snapshot, of: stream) }

  func claimOwner(_ key: String) async throws -> StreamName? { try await log.claimOwner(key) }

  func nextIDs(_ kind: String, count: Int) async throws -> Int64 { try await log.nextIDs(kind, count: count) }

  func dueTimers(limit: Int) async throws -> [DueTimer] { try await log.dueTimers(limit: limit) }

  func subjectKeys(_ subjects: Set<SubjectID>, create: Bool) async throws -> [SubjectID: SubjectKey] {
    try await log.subjectKeys(subjects, create: create)
  }
}
