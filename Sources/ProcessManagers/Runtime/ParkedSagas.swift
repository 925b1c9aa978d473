import Aggregates
public import EventSourcing
public import FoundationEssentials
import JSON
import Synchronization

/// A saga that waits at a message, as its own stream says.
public struct ParkedSaga: Sendable, Hashable {
  /// The saga's own.
  public let stream: StreamName
  /// Whose saga it is, and the event that it waits at; nil where it has waited since before that was written down.
  public let processManager: String?
  public let messageID: UUID?
  /// From where its messages are brought again.
  public let position: Position
  /// How often the message was tried before the saga waited.
  public let tries: Int
  /// What went wrong the last time.
  public let error: String
  public let since: Timestamp
}

/// All sagas that wait, whatever service's event it is at: a fold of the log, kept as a snapshot, so that neither a start of a process
/// manager nor the first question reads all of the log. Reads on in the log with each question.
public final class ParkedSagas: Sendable {
  /// The kinds of sagas that streams make; those of orders have the same events for all.
  static let kinds: [any StreamSagaKind.Type] = [
    AccountSaga.self, ContactSaga.self, FileSaga.self, ImageSaga.self, NewsletterSaga.self, TicketSaga.self,
  ]

  /// Where the fold is kept; it is no stream of events.
  private static let snapshotName = StreamName(rawValue: "parked-sagas")
  /// Names what is folded: with other kinds of sagas the fold is another one.
  private static let fingerprint = "parked-1 " + kinds.map { $0.names.parked.name }.sorted().joined(separator: " ")

  private struct Known {
    var position = Position.start
    var sagas: [StreamName: ParkedSaga] = [:]
    /// Where the snapshot is, as far as is known; nil before it was looked for.
    var snapshotAt: Position?
  }

  private let log: any EventLog
  private let snapshotInterval: Int64
  private let known = Mutex(Known())

  /// - Parameter snapshotInterval: so many events further the fold is written down again.
  public init(log: any EventLog, snapshotInterval: Int64 = 20_000) {
    self.log = log
    self.snapshotInterval = snapshotInterval
  }

  /// - Returns: those that have waited longest first, and the position of the log at which this is true.
  public func all() async throws -> (sagas: [ParkedSaga], position: Position) {
    let parked = Set([SagaParked.type.name] + Self.kinds.map { $0.names.parked.name })
    let resumed = Set([SagaResumed.type.name] + Self.kinds.map { $0.names.resumed.name })
    var state = known.withLock { $0 }
    if state.snapshotAt == nil { state = try await kept() }
    let head = try await log.head()
    var found = state.sagas
    try await log.readBulk(after: state.position, through: head, filter: EventFilter(types: (parked.union(resumed)).sorted())) { events in
      for event in events {
        found[event.stream] = parked.contains(event.type) ? try ParkedSaga(event, before: found[event.stream]) : nil
      }
    }
    (state.sagas, state.position) = (found, max(head, state.position))
    if let snapshotAt = state.snapshotAt, state.position.rawValue - snapshotAt.rawValue >= snapshotInterval {
      try await keep(state)
      state.snapshotAt = state.position
    }
    let reached = state
    known.withLock { if $0.position <= reached.position { $0 = reached } }
    return (reached.sagas.values.sorted { ($0.since, $0.stream.rawValue) < ($1.since, $1.stream.rawValue) }, reached.position)
  }

  /// Those whose streams are of a category: the position from where the messages of each are brought again, by the id of its stream.
  public func positions(of category: String) async throws -> [String: Position] {
    try await all().sagas.filter { $0.stream.category == category }.reduce(into: [:]) { $0[String($1.stream.id)] = $1.position }
  }

  // MARK: The snapshot

  private func kept() async throws -> Known {
    let nothing = Known(snapshotAt: .start)
    guard let snapshot = try await log.snapshot(of: Self.snapshotName, fingerprint: Self.fingerprint) else { return nothing }
    // One that cannot be read only costs time: the fold begins anew, and is written down in its place.
    guard let rows = try? JSONValue(parsing: snapshot.state).arrayValue else { return nothing }
    let sagas = rows.compactMap(ParkedSaga.init)
    guard sagas.count == rows.count else { return nothing }
    let position = Position(snapshot.version.rawValue)
    return Known(
      position: position, sagas: Dictionary(sagas.map { ($0.stream, $0) }) { $1 }, snapshotAt: position)
  }

  private func keep(_ state: Known) async throws {
    let rows = JSONValue.array(state.sagas.values.sorted { $0.stream.rawValue < $1.stream.rawValue }.map(\.json))
    try await log.saveSnapshot(
      Snapshot(
        fingerprint: Self.fingerprint, version: StreamVersion(state.position.rawValue), token: DecisionToken(), state: rows.serialized),
      of: Self.snapshotName)
  }
}

extension ParkedSaga {
  /// - Parameter before: where the saga waited already.
  fileprivate init(_ event: RecordedEvent, before: ParkedSaga?) throws {
    let payload = try JSONValue(parsing: event.payload)
    stream = event.stream
    processManager = event.context.actor
    messageID = event.context.causationID
    position = Position(payload["position"]?.int64Value ?? 0)
    tries = Int(payload["tries"]?.int64Value ?? 0)
    error = payload["error"]?.stringValue ?? ""
    since = before?.since ?? event.occurredAt
  }

  fileprivate init?(_ row: JSONValue) {
    guard let name = row["stream"]?.stringValue, let place = row["position"]?.int64Value, let tries = row["tries"]?.int64Value,
      let error = row["error"]?.stringValue, let since = row["since"]?.int64Value
    else { return nil }
    stream = StreamName(rawValue: name)
    processManager = row["process_manager"]?.stringValue
    messageID = row["message_id"]?.stringValue.flatMap(UUID.init(uuidString:))
    position = Position(place)
    self.tries = Int(tries)
    self.error = error
    self.since = Timestamp(microseconds: since)
  }

  fileprivate var json: JSONValue {
    [
      "stream": .string(stream.rawValue), "process_manager": processManager.map { .string($0) } ?? .null,
      "message_id": messageID.map { .string($0.uuidString) } ?? .null, "position": .int(position.rawValue), "tries": .int(Int64(tries)),
      "error": .string(error), "since": .int(since.rawValue),
    ]
  }
}
