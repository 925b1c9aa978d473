import DequeModule
import EventSourcing
import Logging
import Synchronization

/// The end of the log in memory: read once by each process, for all that follow it there.
///
/// A follower by itself costs a statement with every commit, whether that concerns it or not, and a process has dozens of them. Here one
/// reader keeps the last events, and wakes those whose filter one of the new ones passes. Whoever is further behind reads for himself.
final class LogTail: Sendable {
  /// What is kept and how it is read.
  struct Limits: Sendable {
    var events = 4_096
    /// Of payloads.
    var bytes = 8 << 20
    /// Events in one read.
    var page = 512
    /// Longest wait before the log is looked at even though nobody announced anything.
    var poll = Duration.milliseconds(100)
    /// Longest wait of somebody whom nothing concerns while the log grows: his place shall not fall far behind.
    var idle = Duration.milliseconds(250)
    /// Until others read for themselves when the reader fails: one that fails at once must not keep them busy.
    var pause = Duration.milliseconds(250)
    /// How long the reader goes on when nobody waits.
    var linger = Duration.seconds(10)
  }

  private struct Waiter {
    let position: Position
    let filter: EventFilter
    let since = ContinuousClock.now
    let continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    /// All events behind `floor` up to `ceiling` that the role may see; both are nil before the first read.
    var events: Deque<RecordedEvent> = []
    var bytes = 0
    var floor: Position?
    var ceiling: Position?
    var reader: Task<Void, Never>?
    var isClosed = false
    var nextWaiter = 0
    var waiters: [Int: Waiter] = [:]
    /// When somebody waited last.
    var askedAt = ContinuousClock.now

    /// The index of the first event behind a position.
    func index(after position: Position) -> Int {
      var (low, high) = (0, events.count)
      while low < high {
        let middle = (low + high) / 2
        if events[middle].position <= position { low = middle + 1 } else { high = middle }
      }
      return low
    }

    /// Whether a follower who knows everything up to a position must not wait.
    func hasNews(after position: Position, _ filter: EventFilter) -> Bool {
      guard reader != nil, let floor, let ceiling, position < ceiling else { return false }
      return position < floor || events[index(after: position)...].contains(where: filter.accepts)
    }
  }

  private let limits: Limits
  private let reader: LogReader
  private let logger: Logger
  private let state = Mutex(State())

  init(_ reader: LogReader, limits: Limits, logger: Logger) {
    self.reader = reader
    self.limits = limits
    self.logger = logger
  }

  /// Ends the reader, and every wait.
  func close() async {
    let reader = state.withLock { state in
      state.isClosed = true
      return state.reader
    }
    reader?.cancel()
    await reader?.value
    wakeAll()
  }

  /// What is known behind a position; nil where that is not kept, or nobody reads.
  func page(after position: Position, filter: EventFilter, limit: Int) -> LogPage? {
    state.withLock { state in
      guard state.reader != nil, let floor = state.floor, let ceiling = state.ceiling, position >= floor else { return nil }
      var page = LogPage(events: [], position: max(position, ceiling))
      for event in state.events[state.index(after: position)...] where filter.accepts(event) {
        page.events.append(event)
        if page.events.count == limit {
          page.position = event.position
          break
        }
      }
      return page
    }
  }

  /// Returns when an event that passes the filter is behind a position, after a while when others are, when that position is no longer
  /// kept, when the time is over, or when the task is cancelled.
  func wait(after position: Position, matching filter: EventFilter, timeout: Duration) async {
    await withTaskGroup(of: Void.self) { group in
      // All that it throws is that it was cancelled, which ends this wait as its time does.
      group.addTask { try? await Task.sleep(for: timeout) }
      group.addTask { await self.park(after: position, filter) }
      await group.next()
      group.cancelAll()
    }
  }

  private func park(after position: Position, _ filter: EventFilter) async {
    let number = state.withLock { state in
      state.nextWaiter += 1
      state.askedAt = .now
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if Task.isCancelled || state.isClosed || state.hasNews(after: position, filter) { return true }
          state.waiters[number] = Waiter(position: position, filter: filter, continuation: continuation)
          // Unstructured, since all that follow need it, and none of them may end it.
          if state.reader == nil { state.reader = Task { await self.run() } }
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number)?.continuation }?.resume()
    }
  }

  // MARK: Reading

  /// Reads until nobody has waited for a while, or something fails: that is logged, and those who wait read for themselves.
  private func run() async {
    do {
      try await begin()
      while !Task.isCancelled {
        let ceiling = state.withLock { $0.ceiling! }
        wakeIdle(upTo: ceiling)
        let page = try await reader.page(after: ceiling, filter: .all, limit: limits.page)
        if page.events.count == limits.page, reader.watch.head.rawValue - page.position.rawValue > limits.events {
          // Others wrote faster than this: what is kept must reach the end of the log.
          try await begin()
        } else if page.position > ceiling {
          take(page)
        } else if endIfIdle() {
          return
        } else {
          await reader.watch.wait(after: ceiling, timeout: limits.poll)
        }
      }
    } catch {
      if !Task.isCancelled {
        logger.warning("the log's end could not be read for all followers; each reads for itself", metadata: ["error": "\(error)"])
      }
      try? await Task.sleep(for: limits.pause)
    }
    state.withLock { $0.reader = nil }
    wakeAll()
  }

  /// Keeps what comes from here on; who is behind reads for himself.
  private func begin() async throws {
    let head = try await reader.head()
    state.withLock { state in
      // What was kept reaches far enough, where the reader had only paused.
      if let ceiling = state.ceiling, head.rawValue - ceiling.rawValue <= limits.events { return }
      (state.events, state.bytes, state.floor, state.ceiling) = ([], 0, head, head)
    }
    wake { $0.position < head }
  }

  private func take(_ page: LogPage) {
    state.withLock { state in
      state.events.append(contentsOf: page.events)
      state.bytes += page.events.reduce(0) { $0 + $1.payload.count }
      state.ceiling = page.position
      while let first = state.events.first, state.events.count > limits.events || state.bytes > limits.bytes {
        state.events.removeFirst()
        state.bytes -= first.payload.count
        state.floor = first.position
      }
    }
    guard !page.events.isEmpty else { return }
    wake { waiter in page.events.contains { $0.position > waiter.position && waiter.filter.accepts($0) } }
  }

  private func endIfIdle() -> Bool {
    state.withLock { state in
      guard state.waiters.isEmpty, ContinuousClock.now - state.askedAt > limits.linger else { return false }
      state.reader = nil
      return true
    }
  }

  private func wakeIdle(upTo ceiling: Position) {
    let since = ContinuousClock.now - limits.idle
    wake { $0.position < ceiling && $0.since < since }
  }

  private func wakeAll() { wake { _ in true } }

  private func wake(_ isMeant: (Waiter) -> Bool) {
    let ready = state.withLock { state in
      state.waiters.filter { isMeant($0.value) }.map { state.waiters.removeValue(forKey: $0.key)!.continuation }
    }
    for continuation in ready { continuation.resume() }
  }
}
