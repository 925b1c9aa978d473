import Aggregates
public import EventSourcing
import FoundationEssentials
import Postgres
public import RabbitMQ

/// Whether every public event was published and consumed: the log, the ledger and the queues, walked and compared.
public struct LedgerVerifier: Sendable {
  /// Something that is not as it should be.
  public enum Finding: Sendable, Hashable, CustomStringConvertible {
    /// The relay has not come so far.
    case notPublished(Position, routingKey: String)
    /// Published, and the ledger has no row of it for this queue; an empty queue is nobody's.
    case notInLedger(Position, routingKey: String, queue: String)
    /// - Parameter status: what the ledger says instead.
    case notConsumed(Position, routingKey: String, queue: String, status: String)
    /// A message that waits for somebody to look, or was refused for good.
    case deadLetter(messageID: String, queue: String, error: String)
    case queueMissing(String)
    /// Fewer messages wait than are to be consumed, and nobody reads: some were lost.
    case queueShort(String, holds: Int, lacks: Int)

    public var description: String {
      switch self {
      case .notPublished(let position, let key): "event \(position) (\(key)) is not published"
      case .notInLedger(let position, let key, let queue):
        "event \(position) (\(key)) is not in the ledger\(queue.isEmpty ? "" : " for \(queue)")"
      case .notConsumed(let position, let key, let queue, let status): "event \(position) (\(key)) is \(status), not consumed, in \(queue)"
      case .deadLetter(let id, let queue, let error): "message \(id) waits in \(queue.isEmpty ? "no queue" : queue): \(error)"
      case .queueMissing(let queue): "queue \(queue) is missing"
      case .queueShort(let queue, let holds, let lacks): "queue \(queue) holds \(holds) messages, \(lacks) are not consumed"
      }
    }
  }

  /// What was found.
  public struct Report: Sendable, Hashable {
    /// Public events that were compared.
    public var events = 0
    /// Rows of the ledger that were compared: one for each event and queue.
    public var rows = 0
    /// Messages that were consumed although the ledger has not heard of it yet.
    public var unreported = 0
    /// The events are those after this position; what came before is no longer kept.
    public var after = Position.start
    public var through = Position.start
    public var findings: [Finding] = []
  }

  private let log: any EventLog
  private let ledger: Ledger
  private let consumers: [Consumer]
  private let subscriptions: any SubscriptionStore
  private let broker: RabbitMQClient
  private let prefix: String

  /// - Parameters:
  ///   - consumers: those of the declared topology.
  ///   - prefix: stands before the names of queues.
  public init(
    log: any EventLog, ledger: Ledger, consumers: [Consumer], subscriptions: any SubscriptionStore,
    broker: RabbitMQClient, prefix: String = ""
  ) {
    self.log = log
    self.ledger = ledger
    self.consumers = consumers
    self.subscriptions = subscriptions
    self.broker = broker
    self.prefix = prefix
  }

  /// Compares when everything up to the log's head of now is published and handled, or the patience is at its end.
  public func verify(waiting patience: Duration) async throws -> Report {
    let head = try await log.head()
    let deadline = ContinuousClock.now + patience
    while ContinuousClock.now < deadline {
      let report = try await verify()
      if report.findings.isEmpty { return report }
      let isLevel = try await isLevel(with: head)
      // What was told last is on its way to the ledger.
      try await Task.sleep(for: isLevel ? .seconds(1) : .milliseconds(200))
      if isLevel { break }
    }
    return try await verify()
  }

  private func isLevel(with head: Position) async throws -> Bool {
    guard try await subscriptions.subscriptionPosition(Relay.subscription) ?? .start >= head else { return false }
    for consumer in consumers {
      let handled = try await subscriptions.subscriptionPosition(consumer.subscription) ?? .start
      let filter = EventFilter(types: consumer.types)
      if let next = try await log.readLog(after: handled, filter: filter, limit: 1).events.first, next.position <= head { return false }
    }
    return true
  }

  /// Compares everything up to the log's head of now.
  public func verify() async throws -> Report {
    let head = try await log.head()
    let published = try await subscriptions.subscriptionPosition(Relay.subscription) ?? .start
    var handled: [String: Position] = [:]
    for consumer in consumers { handled[consumer.queue] = try await subscriptions.subscriptionPosition(consumer.subscription) ?? .start }
    var report = Report()
    report.after = try await subscriptions.subscriptionPosition(LedgerKeeper.floor) ?? .start
    report.through = head
    let filter = EventFilter(types: MessageCatalogue.all.map(\.event.name).sorted())
    var position = report.after
    while position < head {
      let page = try await log.readLog(after: position, filter: filter, limit: 500)
      guard page.position > position else { break }
      try await compare(page.events.filter { $0.isPublic && $0.position <= head }, published, handled, &report)
      position = page.position
    }
    for row in try await ledger.unsettled(through: report.after)
    where row.status != "published" || row.position > handled[row.queue] ?? .start {
      report.findings.append(.notConsumed(row.position, routingKey: row.routingKey, queue: row.queue, status: row.status))
    }
    report.findings += try await deadLetters()
    report.findings += try await queues(report.findings)
    return report
  }

  private func compare(
    _ events: [RecordedEvent], _ published: Position, _ handled: [String: Position], _ report: inout Report
  ) async throws {
    let rows = try await ledger.statuses(of: events.map { $0.id.uuidString.lowercased() })
    for event in events {
      guard let translation = MessageCatalogue.byEvent[event.type] else { continue }
      let key =
        try translation.names.count == 1 ? translation.names[0].routingKey : translation.message(of: event, keys: [:]).name.routingKey
      report.events += 1
      guard event.position <= published else {
        report.findings.append(.notPublished(event.position, routingKey: key))
        continue
      }
      for queue in ledger.destinations(of: key) {
        report.rows += 1
        guard let status = rows[event.id.uuidString.lowercased()]?[queue] else {
          report.findings.append(.notInLedger(event.position, routingKey: key, queue: queue))
          continue
        }
        if queue.isEmpty || ["consumed", "dead_letter", "discarded"].contains(status) { continue }
        if status == "published", event.position <= handled[queue] ?? .start {
          report.unreported += 1
        } else {
          report.findings.append(.notConsumed(event.position, routingKey: key, queue: queue, status: status))
        }
      }
    }
  }

  private func deadLetters() async throws -> [Finding] {
    try await ledger.waiting().map { .deadLetter(messageID: $0.messageID, queue: $0.queue, error: $0.error) }
  }

  private func queues(_ findings: [Finding]) async throws -> [Finding] {
    var unconsumed: [String: Int] = [:]
    for case .notConsumed(_, _, let queue, _) in findings { unconsumed[queue, default: 0] += 1 }
    var found: [Finding] = []
    for queue in consumers.map(\.queue) {
      do throws(RabbitMQError) {
        let state = try await broker.state(of: prefix + queue)
        let lacks = unconsumed[queue] ?? 0
        // A consumer may have some in hand, which the queue does not count.
        if state.consumers == 0, state.messages < lacks { found.append(.queueShort(queue, holds: state.messages, lacks: lacks)) }
      } catch {
        guard error.kind == .notFound else { throw error }
        found.append(.queueMissing(queue))
      }
    }
    return found
  }
}

extension Ledger {
  /// What the ledger says of messages, by id and queue.
  func statuses(of ids: [String]) async throws(PostgresError) -> [String: [String: String]] {
    var found: [String: [String: String]] = [:]
    for row in try await client.query(Self.statuses, [.textArray(ids)]) {
      found[try row.string(0), default: [:]][try row.string(1)] = try row.string(2)
    }
    return found
  }

  /// Messages that wait for somebody to look.
  func waiting() async throws(PostgresError) -> [(messageID: String, queue: String, error: String)] {
    var found: [(String, String, String)] = []
    for row in try await client.query(Self.waiting) { found.append((try row.string(0), try row.string(1), try row.string(2))) }
    return found
  }
}
