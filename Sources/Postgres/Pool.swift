import Logging
import Synchronization

/// The connections of one client: shared ones for single requests, exclusive ones that are opened when needed and lent.
final class Pool: Sendable {
  private struct Waiter {
    let id: UInt64
    let deadline: UInt64
    let continuation: UnsafeContinuation<Result<Link, PostgresError>, Never>
  }

  private struct Exclusive {
    /// Not lent, the one returned last at the end, with the time of its return.
    var idle: [(link: Link, since: UInt64)] = []
    /// All that are open or being opened.
    var all: [UInt64: Link] = [:]
    var lent: Set<UInt64> = []
    var waiters = Fifo<Waiter>()
    var nextWaiter: UInt64 = 1
    /// Waiters whose task was cancelled before they were noted.
    var cancelled: Set<UInt64> = []
    var isSweeping = false
    var isClosed = false
    var whenEmpty: UnsafeContinuation<Void, Never>?
    /// Shared links that have not ended.
    var sharedLeft: Int
  }

  let configuration: PostgresConfiguration
  let logger: Logger
  let counters = Counters()
  private let shared: [Link]
  private let thread = IOThread.assign()
  private let exclusive: Mutex<Exclusive>

  init(configuration: PostgresConfiguration, logger: Logger) {
    precondition(configuration.connections > 0 && configuration.exclusiveConnections > 0, "a pool has connections of both kinds")
    self.configuration = configuration
    self.logger = logger
    let counters = counters
    shared = (0..<configuration.connections).map { _ in
      Link(.shared, configuration: configuration, logger: logger, counters: counters)
    }
    exclusive = Mutex(Exclusive(sharedLeft: configuration.connections))
    for link in shared { link.pool = self }
  }

  // MARK: Shared

  /// The shared link that has the least to do, among those that are up if any is.
  func leastBusy() -> Link {
    var best = shared[0]
    var bestIsReady = best.isReady.load(ordering: .relaxed)
    var bestLoad = best.outstanding.load(ordering: .relaxed)
    for link in shared.dropFirst() {
      let isReady = link.isReady.load(ordering: .relaxed)
      let load = link.outstanding.load(ordering: .relaxed)
      if (isReady && !bestIsReady) || (isReady == bestIsReady && load < bestLoad) {
        best = link
        bestIsReady = isReady
        bestLoad = load
      }
    }
    return best
  }

  /// A shared link is down: what waits for it goes to the others, if any is up.
  func redistribute(from link: Link) {
    guard shared.contains(where: { $0.isReady.load(ordering: .relaxed) }) else { return }
    let waiting = link.inbox.withLock { $0.queue.removeAll() }
    for request in waiting {
      link.outstanding.subtract(1, ordering: .relaxed)
      leastBusy().submit(request)
    }
  }

  // MARK: Exclusive

  /// Borrows a connection: an idle one, a new one, or the next that is returned.
  func acquire() async throws(PostgresError) -> Link {
    enum Next { case take(Link), open(Link), wait(UInt64), fail(PostgresError) }
    let next = exclusive.withLock { state -> Next in
      if state.isClosed { return .fail(.closed("the client is closed")) }
      if let (link, _) = state.idle.popLast() {
        state.lent.insert(link.id)
        return .take(link)
      }
      if state.all.count < configuration.exclusiveConnections {
        return .open(newLink(&state))
      }
      if state.waiters.count >= configuration.maximumWaiting {
        return .fail(PostgresError(.tooManyWaiting, "\(state.waiters.count) tasks wait for a connection already"))
      }
      state.nextWaiter += 1
      return .wait(state.nextWaiter)
    }
    switch next {
    case .take(let link): return link
    case .fail(let error): throw error
    case .open(let link):
      try await open(link)
      return link
    case .wait(let id):
      let answer = await wait(id)
      exclusive.withLock { _ = $0.cancelled.remove(id) }
      let link = try answer.get()
      if !link.isReady.load(ordering: .acquiring) { try await open(link) }
      return link
    }
  }

  private func newLink(_ state: inout Exclusive) -> Link {
    let link = Link(.exclusive, configuration: configuration, logger: logger, counters: counters)
    link.pool = self
    state.all[link.id] = link
    state.lent.insert(link.id)
    return link
  }

  /// Connects a link; when that fails the link has ended and the pool has been told.
  private func open(_ link: Link) async throws(PostgresError) {
    let error: PostgresError? = await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        link.thread.perform {
          guard link.phase == .idle else {
            // Ended between the hand-over and here.
            continuation.resume(returning: link.inbox.withLock { $0.closedError } ?? .closed("the client is closed"))
            return
          }
          link.connectDeadline = monotonicNanoseconds() + UInt64(self.configuration.waitTimeout.nanoseconds)
          link.whenConnected = { continuation.resume(returning: $0) }
          link.connect()
        }
      }
    } onCancel: {
      link.thread.perform {
        if link.phase != .ready { link.close(force: true) }
      }
    }
    guard let error else { return }
    throw Task.isCancelled && error.kind == .closed ? .cancelled : error
  }

  private func wait(_ id: UInt64) async -> Result<Link, PostgresError> {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let waiter = Waiter(
          id: id, deadline: monotonicNanoseconds() + UInt64(configuration.waitTimeout.nanoseconds), continuation: continuation)
        let refusal = exclusive.withLock { state -> Result<Link, PostgresError>? in
          if state.cancelled.remove(id) != nil { return .failure(.cancelled) }
          if state.isClosed { return .failure(.closed("the client is closed")) }
          // One may have been returned since.
          if let (link, _) = state.idle.popLast() {
            state.lent.insert(link.id)
            return .success(link)
          }
          if state.all.count < configuration.exclusiveConnections { return .success(newLink(&state)) }
          state.waiters.append(waiter)
          if !state.isSweeping {
            state.isSweeping = true
            thread.perform { self.sweepLater() }
          }
          return nil
        }
        if let refusal { continuation.resume(returning: refusal) }
      }
    } onCancel: {
      let waiter = exclusive.withLock { state -> Waiter? in
        if let waiter = state.waiters.remove(where: { $0.id == id }).first { return waiter }
        // Either served already, then nothing takes the mark away but its end here, or not noted yet.
        state.cancelled.insert(id)
        return nil
      }
      waiter?.continuation.resume(returning: .failure(.cancelled))
    }
  }

  /// Takes back a connection that was lent, clean.
  func release(_ link: Link) {
    let next = exclusive.withLock { state -> (Waiter?, Bool) in
      guard state.all[link.id] != nil else { return (nil, false) }
      if state.isClosed { return (nil, true) }
      if let waiter = state.waiters.popFirst() { return (waiter, false) }
      state.lent.remove(link.id)
      state.idle.append((link, monotonicNanoseconds()))
      if !state.isSweeping {
        state.isSweeping = true
        thread.perform { self.sweepLater() }
      }
      return (nil, false)
    }
    if next.1 { link.thread.perform { link.close(force: false) } }
    next.0?.continuation.resume(returning: .success(link))
  }

  /// A link has ended, by itself or on request. On its thread.
  func linkEnded(_ link: Link) {
    if link.role == .shared {
      let whenEmpty = exclusive.withLock { state in
        state.sharedLeft -= 1
        return takeWhenEmpty(&state)
      }
      whenEmpty?.resume()
      return
    }
    // Its place is free: the first of those who wait gets a new one.
    let (waiter, replacement, whenEmpty) = exclusive.withLock { state -> (Waiter?, Link?, UnsafeContinuation<Void, Never>?) in
      state.all[link.id] = nil
      state.lent.remove(link.id)
      state.idle.removeAll { $0.link === link }
      guard !state.isClosed, let waiter = state.waiters.popFirst() else { return (nil, nil, takeWhenEmpty(&state)) }
      return (waiter, newLink(&state), nil)
    }
    if let waiter, let replacement { waiter.continuation.resume(returning: .success(replacement)) }
    whenEmpty?.resume()
  }

  private func takeWhenEmpty(_ state: inout Exclusive) -> UnsafeContinuation<Void, Never>? {
    guard state.all.isEmpty, state.sharedLeft == 0 else { return nil }
    defer { state.whenEmpty = nil }
    return state.whenEmpty
  }

  /// Looks, while there is anything to look after, for waiters past their deadline and for connections nobody needs. On the pool's thread.
  private func sweepLater(pause: Int64 = 50_000_000) {
    thread.after(pause) {
      let now = monotonicNanoseconds()
      let idleTime = UInt64(self.configuration.exclusiveIdleTimeout.nanoseconds)
      let (late, unused) = self.exclusive.withLock { state -> ([Waiter], [Link]) in
        let late = state.waiters.remove { $0.deadline <= now }
        let unused = state.idle.filter { now - min(now, $0.since) > idleTime }.map(\.link)
        if !unused.isEmpty { state.idle.removeAll { idle in unused.contains { $0 === idle.link } } }
        state.isSweeping = !state.waiters.isEmpty || !state.idle.isEmpty
        // Idle connections can wait: a process at rest should not wake for them often.
        if state.isSweeping { self.sweepLater(pause: state.waiters.isEmpty ? 500_000_000 : 50_000_000) }
        return (late, unused)
      }
      for waiter in late {
        waiter.continuation.resume(
          returning: .failure(PostgresError(.timeout, "no connection was free within \(self.configuration.waitTimeout)")))
      }
      for link in unused { link.thread.perform { link.close(force: false) } }
    }
  }

  // MARK: The whole

  var metrics: PostgresMetrics {
    var metrics = PostgresMetrics()
    (metrics.connectionsInUse, metrics.waiting) = exclusive.withLock { ($0.lent.count, $0.waiters.count) }
    metrics.connectionsOpen = counters.open.load(ordering: .relaxed)
    for link in shared {
      let waiting = link.waiting
      metrics.waiting += waiting
      metrics.inFlight += max(0, link.outstanding.load(ordering: .relaxed) - waiting)
    }
    metrics.queries = counters.queries.load(ordering: .relaxed)
    metrics.errors = counters.errors.load(ordering: .relaxed)
    metrics.reconnects = counters.reconnects.load(ordering: .relaxed)
    return metrics
  }

  /// Refuses everything new and ends what is idle; the rest ends when it is done.
  func beginClosing() {
    let (waiters, idle) = exclusive.withLock { state -> ([Waiter], [Link]) in
      state.isClosed = true
      let idle = state.idle.map(\.link)
      state.idle = []
      return (state.waiters.removeAll(), idle)
    }
    for waiter in waiters { waiter.continuation.resume(returning: .failure(.closed("the client is closed"))) }
    for link in shared + idle { link.thread.perform { link.close(force: false) } }
  }

  /// Waits until the last connection is gone; what lasts longer than the configuration grants is cut off.
  func close() async {
    beginClosing()
    thread.perform {
      self.thread.after(self.configuration.closeTimeout.nanoseconds) {
        let links = self.shared + self.exclusive.withLock { Array($0.all.values) }
        for link in links { link.thread.perform { link.close(force: true) } }
      }
    }
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      let isDone = exclusive.withLock { state in
        // A second call finds nothing left, or waits beside the first one's deadline.
        if (state.all.isEmpty && state.sharedLeft == 0) || state.whenEmpty != nil { return true }
        state.whenEmpty = continuation
        return false
      }
      if isDone { continuation.resume() }
    }
  }
}
