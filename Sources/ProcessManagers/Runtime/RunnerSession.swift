import EventSourcing
import Logging
import Synchronization

/// A runner's work while it holds the lease.
final class RunnerSession: Sendable {
  private struct State {
    var lanes: SagaLanes
    /// What the store has written down of each source.
    var saved: [Position]
    var counts: ProcessManagerRunner.Status
    /// The readers that wait for room.
    var waitingForRoom: [CheckedContinuation<Void, Never>] = []
  }

  private let log: any EventLog
  private let subscriptions: any SubscriptionStore
  private let port: any MessagePort
  private let sources: [any MessageSource]
  private let configuration: ProcessManagerConfiguration
  private let logger: Logger
  private let epoch: Int64
  private let state: Mutex<State>

  init(
    log: any EventLog, subscriptions: any SubscriptionStore, port: any MessagePort, sources: [any MessageSource],
    configuration: ProcessManagerConfiguration, logger: Logger, epoch: Int64, positions: [Position], parked: [String: Position],
    counts: ProcessManagerRunner.Status
  ) {
    self.sources = sources
    self.log = log
    self.subscriptions = subscriptions
    self.port = port
    self.configuration = configuration
    self.logger = logger
    self.epoch = epoch
    state = Mutex(State(lanes: SagaLanes(from: positions, parked: parked), saved: positions, counts: counts))
  }

  var status: ProcessManagerRunner.Status {
    state.withLock { state in
      var status = state.counts
      status.isActive = true
      status.position = state.lanes.checkpoint
      status.inFlight = state.lanes.inFlight
      status.parked = state.lanes.parked
      return status
    }
  }

  /// Ends by an error: when it is cancelled, the lease is lost, or the log stays out of reach.
  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for source in self.sources.indices { group.addTask { try await self.follow(source) } }
      group.addTask { try await self.keepCheckpoint() }
      group.addTask { try await self.fireTimers() }
      group.addTask { try await self.retryParked() }
      for source in self.sources { group.addTask { try await self.keepReporting(source) } }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  // MARK: Following the sources

  private func follow(_ source: Int) async throws {
    try await withThrowingDiscardingTaskGroup { group in
      while true {
        try Task.checkCancellation()
        await waitForRoom()
        let page = try await sources[source].read(after: state.withLock { $0.lanes.read(source) })
        let messages = page.events.map { (saga: self.saga(of: $0), message: $0) }
        let (awoken, waiting) = state.withLock { state in
          let waiting = messages.filter { state.lanes.parked[$0.saga] != nil }
          return (state.lanes.add(messages, from: source, through: page.position), waiting)
        }
        for saga in awoken { group.addTask { await self.handleAll(of: saga) } }
        for message in waiting { report(waiting: message.message, to: sources[source]) }
      }
    }
  }

  /// A message that cannot even be read gets a lane of its own, where it fails and is parked.
  private func saga(of message: RecordedEvent) -> String {
    (try? port.saga(of: message)) ?? message.stream.rawValue
  }

  private func waitForRoom() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isFree = state.withLock { state in
          guard state.lanes.inFlight >= configuration.maximumInFlight, !Task.isCancelled else { return true }
          state.waitingForRoom.append(continuation)
          return false
        }
        if isFree { continuation.resume() }
      }
    } onCancel: {
      resumeReaders()
    }
  }

  /// All of them: whoever finds no room waits again.
  private func resumeReaders() {
    let waiting = state.withLock { state in
      defer { state.waitingForRoom = [] }
      return state.waitingForRoom
    }
    for reader in waiting { reader.resume() }
  }

  private func handleAll(of saga: String) async {
    while !Task.isCancelled, let item = state.withLock({ $0.lanes.next(saga) }) {
      guard await handle(item, of: saga) else { return }
      sources[item.source].handled(item.message)
      let hasRoom = state.withLock { state in
        state.lanes.finish(item)
        state.counts.handledCount += 1
        // A little below the bound, so that a reader fetches more than one message at a time.
        return state.lanes.inFlight <= configuration.maximumInFlight * 3 / 4 && !state.waitingForRoom.isEmpty
      }
      if hasRoom { resumeReaders() }
    }
  }

  /// Tries a message until it is handled.
  /// - Returns: false when the saga was parked or the runner stops.
  private func handle(_ item: SagaLanes.Item, of saga: String) async -> Bool {
    let message = item.message
    var delay = configuration.firstRetryDelay
    var tries = 0
    var attempts = 0
    while true {
      do {
        try await port.handle(message)
        return true
      } catch {
        if Task.isCancelled { return false }
        attempts += 1
        // The log being out of reach is nobody's fault; but not for ever.
        if !Self.isUnavailable(error) || attempts > 25 * configuration.maximumTries { tries += 1 }
        state.withLock { $0.counts.failureCount += 1 }
        log(error, message, saga, tries)
        sources[item.source].failed(message, tries: attempts, error: String(describing: error), isParked: false)
        if tries >= configuration.maximumTries, await park(saga, at: item, tries: attempts, error) { return false }
      }
      try? await Task.sleep(for: delay)
      if Task.isCancelled { return false }
      delay = min(delay * 2, configuration.maximumRetryDelay)
    }
  }

  private static func isUnavailable(_ error: any Error) -> Bool {
    (error as? any RetryableError)?.isTransient ?? false
  }

  private func log(_ error: any Error, _ message: RecordedEvent, _ saga: String, _ tries: Int) {
    logger.warning(
      "message failed",
      metadata: [
        "process.manager": "\(port.name)", "saga": "\(saga)", "event.position": "\(message.position)", "event.type": "\(message.type)",
        "tries": "\(tries)", "error": "\(error)",
      ])
  }

  private func park(_ saga: String, at item: SagaLanes.Item, tries: Int, _ error: any Error) async -> Bool {
    let position = state.withLock { $0.lanes.parkingPosition }
    do {
      try await port.park(saga, at: item.message, from: position, tries: tries, error: String(describing: error))
    } catch {
      logger.warning("saga could not be parked", metadata: ["saga": "\(saga)", "error": "\(error)"])
      return false
    }
    let waiting = state.withLock { $0.lanes.park(saga, at: item, from: position) }
    sources[item.source].failed(item.message, tries: tries, error: String(describing: error), isParked: true)
    for item in waiting { report(waiting: item.message, to: sources[item.source]) }
    resumeReaders()
    logger.error(
      "saga parked", metadata: ["process.manager": "\(port.name)", "saga": "\(saga)", "event.position": "\(item.message.position)"])
    return true
  }

  /// A message that has not been tried, since its saga waits at an earlier one.
  private func report(waiting message: RecordedEvent, to source: any MessageSource) {
    source.failed(message, tries: 1, error: "its saga waits at an earlier message", isParked: true)
  }

  // MARK: The place in the log

  private func keepCheckpoint() async throws {
    while true {
      try await Task.sleep(for: configuration.checkpointInterval)
      try await saveCheckpoint()
    }
  }

  /// - Throws: `SubscriptionLost`.
  func saveCheckpoint() async throws {
    for (number, source) in sources.enumerated() {
      let (from, to) = state.withLock { ($0.saved[number], $0.lanes.checkpoint(number)) }
      guard to > from else { continue }
      guard try await subscriptions.advanceSubscription(source.subscription, from: from, to: to, epoch: epoch) else {
        throw SubscriptionLost()
      }
      state.withLock { $0.saved[number] = to }
      await source.settle(through: to)
    }
  }

  // MARK: Accounts

  /// Apart from the place in the log, which must not wait for whoever keeps accounts.
  private func keepReporting(_ source: any MessageSource) async throws {
    while true {
      try await Task.sleep(for: configuration.checkpointInterval)
      await source.report()
    }
  }

  /// Passes on what was told last, unless that takes too long.
  func reportLast() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for source in self.sources { await source.report() } }
      group.addTask { try? await Task.sleep(for: .seconds(2)) }
      await group.next()
      group.cancelAll()
    }
  }

  // MARK: Timers

  private func fireTimers() async throws {
    while true {
      let due = try await log.dueTimers(limit: configuration.timerBatch)
      let timers = due.compactMap { timer in saga(of: timer).map { (saga: $0, timer: timer) } }
      try await leaveQuiet(timers.map(\.saga))
      let fired = await withTaskGroup(of: Bool.self) { group in
        for (saga, timer) in timers where state.withLock({ $0.lanes.isQuiet(saga) }) { group.addTask { await self.fire(timer) } }
        return await group.contains(true)
      }
      // A full batch has more behind it, unless nothing of it could be done.
      if due.count < configuration.timerBatch || !fired { try await Task.sleep(for: configuration.timerInterval) }
      try Task.checkCancellation()
    }
  }

  /// Finds the sagas for which nothing is left to be handled of what the log holds. A timer of another one is not fired: what it waits
  /// for may have happened, and only this process was away or slow.
  private func leaveQuiet(_ sagas: [String]) async throws {
    guard !sagas.isEmpty else { return }
    // In this order: a message that is handled after the watch began was read after it, one that was handled before it is followed by
    // what the log holds by now.
    state.withLock { $0.lanes.watch(sagas) }
    let head = try await log.head()
    for (number, source) in sources.enumerated() {
      while try await !source.isLevel(at: state.withLock { $0.lanes.read(number) }, with: head) {
        try await Task.sleep(for: .milliseconds(5))
      }
    }
  }

  private func saga(of timer: DueTimer) -> String? {
    do {
      return try port.saga(of: timer)
    } catch {
      failed(timer, error)
      return nil
    }
  }

  /// - Returns: false when it failed: it stays due, and comes again with the next look.
  private func fire(_ timer: DueTimer) async -> Bool {
    do {
      try await port.fire(timer)
      state.withLock { $0.counts.timerCount += 1 }
      return true
    } catch {
      failed(timer, error)
      return false
    }
  }

  private func failed(_ timer: DueTimer, _ error: any Error) {
    state.withLock { $0.counts.failureCount += 1 }
    logger.warning("timer failed", metadata: ["timer.name": "\(timer.name)", "error": "\(error)"])
  }

  // MARK: Parked sagas

  private func retryParked() async throws {
    let clock = ContinuousClock()
    var next = clock.now + configuration.parkedRetryInterval
    var known: Set<ParkedMessageRequest> = []
    while true {
      try await Task.sleep(for: min(configuration.requestInterval, configuration.parkedRetryInterval))
      let requests = Set(sources.flatMap { $0.requests() })
      // The same may be asked for again.
      known.formIntersection(requests)
      guard clock.now >= next || !known.isSuperset(of: requests) else { continue }
      known = requests
      let discarded = Set(requests.filter { $0.kind == .discard }.map(\.position))
      for (saga, position) in state.withLock({ $0.lanes.parked }).sorted(by: { $0.value < $1.value }) {
        do {
          try await resume(saga, from: position, without: discarded)
        } catch is CancellationError {
          throw CancellationError()
        } catch {
          state.withLock { $0.counts.failureCount += 1 }
          logger.warning("parked saga still fails", metadata: ["saga": "\(saga)", "error": "\(error)"])
        }
      }
      for request in requests where try await isDone(request) {
        for source in sources { source.finish(request) }
      }
      next = clock.now + configuration.parkedRetryInterval
    }
  }

  /// A retry is done when it was tried. A discard is done when no start of this process manager can meet its message again: until then it
  /// stands in the queue.
  private func isDone(_ request: ParkedMessageRequest) async throws -> Bool {
    let before = Position(request.position.rawValue - 1)
    let page = try await log.readLog(after: before, filter: EventFilter(types: port.messageTypes), limit: 1)
    guard let message = page.events.first, message.position == request.position else { return true }
    let (waitsAt, saved) = state.withLock { ($0.lanes.parked[self.saga(of: message)], $0.saved.min()!) }
    switch request.kind {
    case .retry:
      // Whoever asked does not know that it was handled before.
      if waitsAt == nil, saved >= message.position { sources.first { $0.types.contains(message.type) }?.handled(message) }
      return true
    case .discard: return waitsAt.map { $0 > request.position } ?? (saved >= request.position)
    }
  }

  /// Brings all messages of a parked saga from the one it waits at, again if need be, until it is level with the others.
  /// - Parameter discarded: positions of messages that an operator gave up.
  private func resume(_ saga: String, from parkedAt: Position, without discarded: Set<Position>) async throws {
    let filter = EventFilter(types: port.messageTypes)
    var position = Position(parkedAt.rawValue - 1)
    repeat {
      let page = try await log.readLog(after: position, filter: filter, limit: configuration.pageSize)
      for message in page.events where self.saga(of: message) == saga { try await bringAgain(message, of: saga, without: discarded) }
      position = max(position, page.position)
    } while !state.withLock { $0.lanes.unpark(saga, upTo: position) }
    try await port.unpark(saga, at: parkedAt)
    logger.notice("saga resumed", metadata: ["process.manager": "\(port.name)", "saga": "\(saga)"])
  }

  private func bringAgain(_ message: RecordedEvent, of saga: String, without discarded: Set<Position>) async throws {
    guard !discarded.contains(message.position) else {
      logger.notice("message left out", metadata: ["saga": "\(saga)", "event.position": "\(message.position)"])
      return
    }
    let source = sources.first { $0.types.contains(message.type) }
    do {
      try await port.handle(message)
    } catch {
      source?.failed(message, tries: 1, error: String(describing: error), isParked: true)
      throw error
    }
    source?.handled(message)
  }
}
