import Aggregates
import EventSourcing
import Logging
import RabbitMQ
import Synchronization

/// A relay's work while it holds the lease: one task reads and publishes, one hears what is confirmed, one writes the place down.
final class RelaySession: Sendable {
  /// Messages on their way, and how far the log is done with when they are confirmed.
  private struct Page: Sendable {
    let receipt: RabbitMQReceipt
    let origins: [(position: Position, routingKey: String)]
    /// For the ledger; empty where there is none.
    let messages: [Ledger.Sent]
    let position: Position
    /// The fold up to `position`.
    let keys: KeyPositions
  }

  private struct State {
    /// Confirmed up to here.
    var keys: KeyPositions?
    var position: Position
    /// What the store has written down.
    var saved: Position
    var snapshotAt: Position
    /// Pages that were handed over and are not noted.
    var openPages = 0
  }

  /// With more pages than this that are confirmed and not noted, none is published: the ledger is slow or away.
  private static let maximumOpenPages = 16

  private let log: any EventLog
  private let subscriptions: any SubscriptionStore
  private let broker: RabbitMQClient
  private let ledger: Ledger?
  private let configuration: RelayConfiguration
  private let epoch: Int64
  private let logger: Logger
  private let report: @Sendable ((inout Relay.Status) -> Void) -> Void
  private let start: Position
  private let state: Mutex<State>

  init(
    log: any EventLog, subscriptions: any SubscriptionStore, broker: RabbitMQClient, ledger: Ledger?, configuration: RelayConfiguration,
    epoch: Int64, position: Position, logger: Logger, report: @escaping @Sendable ((inout Relay.Status) -> Void) -> Void
  ) {
    self.log = log
    self.subscriptions = subscriptions
    self.broker = broker
    self.ledger = ledger
    self.configuration = configuration
    self.epoch = epoch
    self.logger = logger
    self.report = report
    start = position
    state = Mutex(State(position: position, saved: position, snapshotAt: position))
  }

  private static let filter = EventFilter(types: MessageCatalogue.all.map(\.event.name).sorted())

  /// Runs until something fails or the task is cancelled.
  func run() async throws {
    let keys = try await keyPositions()
    // Nothing is published that could not be noted.
    _ = try await ledger?.position()
    try await broker.apply(RabbitMQTopology(exchanges: [RabbitMQExchange(configuration.exchange, .topic)]))
    let publisher = try await broker.publisher()
    report { status in
      status.isActive = true
      status.lastError = nil
    }
    let (pages, continuation) = AsyncStream.makeStream(of: Page.self)
    let failure: (any Error)?
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          defer { continuation.finish() }
          try await self.publish(publisher, keys, continuation)
        }
        group.addTask { try await self.confirm(pages) }
        group.addTask { try await self.keepCheckpoint() }
        defer { group.cancelAll() }
        while try await group.next() != nil {}
      }
      failure = nil
    } catch {
      failure = error
    }
    await publisher.close()
    if let failure { throw failure }
  }

  // MARK: Publishing

  private func publish(_ publisher: RabbitMQPublisher, _ keys: KeyPositions, _ pages: AsyncStream<Page>.Continuation) async throws {
    var keys = keys
    var position = start
    while true {
      try Task.checkCancellation()
      while state.withLock({ $0.openPages }) >= Self.maximumOpenPages { try await Task.sleep(for: .milliseconds(2)) }
      let page = try await log.readTail(after: position, filter: Self.filter, limit: configuration.pageSize)
      if page.events.isEmpty && page.position <= position {
        await log.waitForEvents(after: position, matching: Self.filter, timeout: configuration.idleWait)
        continue
      }
      let subjects = try await log.subjectKeys(Set(page.events.compactMap(\.subject)), create: false)
      var messages: [RabbitMQMessage] = []
      var times: [Timestamp] = []
      var origins: [(position: Position, routingKey: String)] = []
      messages.reserveCapacity(page.events.count)
      origins.reserveCapacity(page.events.count)
      for event in page.events where event.isPublic {
        guard let translation = MessageCatalogue.byEvent[event.type] else { continue }
        let message = try translation.message(of: event, keys: subjects)
        let previous = keys.advance(message.name.routingKey, to: event.position)
        messages.append(Envelope.message(message, of: event, previous: previous, to: configuration.exchange))
        origins.append((event.position, message.name.routingKey))
        times.append(event.occurredAt)
      }
      position = page.position
      keys.advance(to: position)
      // Waits while too many are under way, or the broker takes none.
      let receipt = try await publisher.send(messages)
      state.withLock { $0.openPages += 1 }
      let noted = ledger == nil ? [] : Array(zip(messages, times))
      pages.yield(Page(receipt: receipt, origins: origins, messages: noted, position: position, keys: keys))
    }
  }

  private func confirm(_ pages: AsyncStream<Page>) async throws {
    for await page in pages {
      let outcomes: [RabbitMQOutcome]
      do {
        outcomes = try await page.receipt.outcomes()
        if let index = outcomes.firstIndex(where: { $0 != .confirmed }) {
          throw RelayError.notTaken(page.origins[index].position, routingKey: page.origins[index].routingKey)
        }
      } catch {
        // Shown as waiting; not being able to say so changes nothing, and a ledger that is away ends the next session with its own error.
        try? await ledger?.pending(page.messages, because: error)
        throw error
      }
      try await ledger?.published(page.messages, through: page.position)
      state.withLock { state in
        state.keys = page.keys
        state.position = page.position
        state.openPages -= 1
      }
      report { status in
        status.position = page.position
        status.confirmedCount += outcomes.count
      }
    }
  }

  // MARK: The place in the log

  private func keepCheckpoint() async throws {
    while true {
      try await Task.sleep(for: configuration.checkpointInterval)
      try await saveCheckpoint()
    }
  }

  /// - Throws: `RelayError.leaseLost`.
  func saveCheckpoint() async throws {
    let (from, to, keys, snapshotAt) = state.withLock { ($0.saved, $0.position, $0.keys, $0.snapshotAt) }
    guard to > from else { return }
    guard try await subscriptions.advanceSubscription(Relay.subscription, from: from, to: to, epoch: epoch) else {
      throw RelayError.leaseLost
    }
    state.withLock { $0.saved = to }
    // After the place, never before: a fold that is ahead of it would be of no use.
    guard let keys, to.rawValue - snapshotAt.rawValue >= configuration.snapshotInterval, keys.position <= to else { return }
    try await log.saveSnapshot(keys.snapshot, of: KeyPositions.snapshotName)
    state.withLock { $0.snapshotAt = keys.position }
  }

  // MARK: Positions of the keys

  /// The fold up to where the session begins, from the last snapshot on.
  private func keyPositions() async throws -> KeyPositions {
    let snapshot = try await log.snapshot(of: KeyPositions.snapshotName, fingerprint: KeyPositions.fingerprint)
    var keys = snapshot.flatMap { KeyPositions($0) } ?? KeyPositions()
    if keys.position > start { keys = KeyPositions() }
    // Right all the same, but it reads the whole log.
    if keys.position == .start, start > .start { logger.notice("relay counts its routing keys from the beginning of the log") }
    let from = keys.position
    state.withLock { $0.snapshotAt = from }
    try await log.readBulk(after: from, through: start, filter: Self.filter) { events in
      for event in events where event.isPublic {
        guard let translation = MessageCatalogue.byEvent[event.type] else { continue }
        let name = try translation.names.count == 1 ? translation.names[0] : translation.message(of: event, keys: [:]).name
        _ = keys.advance(name.routingKey, to: event.position)
      }
    }
    keys.advance(to: start)
    return keys
  }
}
