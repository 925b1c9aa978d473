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

/// All sagas that wait, whatever service's event it is at. Reads on in the log with each question, so that only the first one reads all of it.
public final class ParkedSagas: Sendable {
  /// The kinds of sagas that streams make; those of orders have the same events for all.
  static let kinds: [any StreamSagaKind.Type] = [AccountSaga.self, ContactSaga.self, FileSaga.self, NewsletterSaga.self, TicketSaga.self]

  private struct Known {
    var position = Position.start
    var sagas: [StreamName: ParkedSaga] = [:]
  }

  private let log: any EventLog
  private let known = Mutex(Known())

  public init(log: any EventLog) { self.log = log }

  /// - Returns: those that have waited longest first, and the position of the log at which this is true.
  public func all() async throws -> (sagas: [ParkedSaga], position: Position) {
    let parked = Set([SagaParked.type.name] + Self.kinds.map { $0.names.parked.name })
    let resumed = Set([SagaResumed.type.name] + Self.kinds.map { $0.names.resumed.name })
    var state = known.withLock { $0 }
    let head = try await log.head()
    var found = state.sagas
    try await log.readBulk(after: state.position, through: head, filter: EventFilter(types: (parked.union(resumed)).sorted())) { events in
      for event in events {
        found[event.stream] = parked.contains(event.type) ? try ParkedSaga(event, before: found[event.stream]) : nil
      }
    }
    (state.sagas, state.position) = (found, max(head, state.position))
    let reached = state
    known.withLock { if $0.position < reached.position { $0 = reached } }
    return (reached.sagas.values.sorted { ($0.since, $0.stream.rawValue) < ($1.since, $1.stream.rawValue) }, reached.position)
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
}
