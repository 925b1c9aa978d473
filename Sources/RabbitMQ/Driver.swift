import CRabbitMQ
import Glibc
import Logging
import Synchronization

/// The thread of a client: it connects, sends and receives, so that no call of librabbitmq runs on the cooperative pool.
///
/// It sleeps in poll on the socket and an eventfd. It connects when somebody wants something, and again after a loss when somebody does.
/// A message is sent only while the socket has room, so that the thread is free to hear the broker; only what is larger than a part
/// of the socket's buffer makes it wait.
final class Driver: @unchecked Sendable {
  // Unchecked: `box` is a lock and `counters` atomics; every other variable belongs to the thread.

  private struct Box {
    var calls: [Call] = []
    var jobs: [@Sendable (Link?) -> Void] = []
    /// Somebody has something to send.
    var isRung = false
    var isSleeping = false
    var isClosing = false
    var whenClosed: [@Sendable () -> Void] = []
    var hasEnded = false
  }

  let configuration: RabbitMQConfiguration
  let counters = Counters()
  private let logger: Logger
  private let box = Mutex(Box())
  private let wake: Int32

  // MARK: The thread's own

  private var link: Link?
  private var waiting: [Call] = []
  private var failures = 0
  private var nextAttempt: UInt64 = 0
  private var lastError: RabbitMQError?

  init(_ configuration: RabbitMQConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
    wake = comptoir_amqp_eventfd()
    precondition(wake >= 0, "the process is out of file descriptors")
  }

  deinit { Glibc.close(wake) }

  /// Starts the thread, which holds the driver until `close`.
  func start() { startThread(name: "rabbitmq-io") { self.run() } }

  // MARK: From any thread

  /// Runs `body` on the thread once there is a connection.
  func call<T: Sendable>(_ body: @escaping @Sendable (Link) throws(RabbitMQError) -> T) async throws(RabbitMQError) -> T {
    let answer = Answer<T>()
    let call = Call(
      deadline: monotonicNanoseconds() + UInt64(configuration.waitTimeout.nanoseconds),
      run: { link in
        do throws(RabbitMQError) { answer.give(.success(try body(link))) } catch { answer.give(.failure(error)) }
      }, fail: { answer.give(.failure($0)) })
    let result = await withTaskCancellationHandler {
      submit(call)
      return await answer.value()
    } onCancel: {
      call.end(.cancelled)
    }
    return try result.get()
  }

  private func submit(_ call: Call) {
    let isClosing = box.withLock { box in
      if !box.isClosing { box.calls.append(call) }
      return box.isClosing
    }
    if isClosing { call.end(.closed) } else { ring() }
  }

  /// Runs `job` on the thread soon, with the connection if there is one.
  func perform(_ job: @escaping @Sendable (Link?) -> Void) {
    let hasEnded = box.withLock { box in
      if !box.hasEnded { box.jobs.append(job) }
      return box.hasEnded
    }
    if hasEnded { job(nil) } else { ring() }
  }

  /// Has the thread look soon at what its channels have to send.
  func ring() {
    let mustWake = box.withLock { box in
      box.isRung = true
      defer { box.isSleeping = false }
      return box.isSleeping
    }
    if mustWake { eventfd_write(wake, 1) }
  }

  func close() async {
    await withCheckedContinuation { continuation in
      let hasEnded = box.withLock { box in
        box.isClosing = true
        if !box.hasEnded { box.whenClosed.append { continuation.resume() } }
        return box.hasEnded
      }
      if hasEnded { continuation.resume() } else { ring() }
    }
  }

  /// Begins to close, and waits for nobody.
  func beginClosing() {
    box.withLock { $0.isClosing = true }
    ring()
  }

  // MARK: On the thread

  private func run() {
    while true {
      let (isClosing, jobs) = box.withLock { box in
        waiting += box.calls
        box.calls = []
        box.isRung = false
        defer { box.jobs = [] }
        return (box.isClosing, box.jobs)
      }
      for job in jobs { job(link) }
      if isClosing { return finish() }
      dropEnded()
      if let link { serve(link) } else if !waiting.isEmpty { attempt() } else { sleep(-1) }
    }
  }

  private func finish() {
    if let link {
      // Acknowledgements that wait go first.
      for owner in link.owners.values { _ = owner.pump(link) }
      if link.failure == nil { amqp_connection_close(link.state, AMQP_REPLY_SUCCESS) }
      link.endAll(.closed)
      self.link = nil
    }
    counters.isConnected.store(false, ordering: .relaxed)
    let (calls, jobs, told) = box.withLock { box in
      box.hasEnded = true
      defer { (box.calls, box.jobs, box.whenClosed) = ([], [], []) }
      return (waiting + box.calls, box.jobs, box.whenClosed)
    }
    for call in calls { call.end(.closed) }
    for job in jobs { job(nil) }
    for tell in told { tell() }
  }

  /// One round of a connection.
  private func serve(_ link: Link) {
    let calls = waiting
    waiting = []
    for (index, call) in calls.enumerated() {
      if link.failure != nil {
        waiting = Array(calls[index...])
        break
      }
      call.begin(link)
    }
    let wantsWrite = pump(link)
    let hasMore = link.failure == nil && link.receive(limit: 1024)
    counters.isBlocked.store(link.blockedReason != nil, ordering: .relaxed)
    if let error = link.failure { return lose(link, error) }
    // Confirmations that came in made room for more.
    if !hasMore { sleep(Int32(configuration.heartbeatSeconds * 250), link, wantsWrite: wantsWrite || pump(link)) }
  }

  /// Sends what the channels have; returns whether something waits for room in the socket.
  private func pump(_ link: Link) -> Bool {
    var wantsWrite = false
    for owner in link.owners.values where link.failure == nil {
      if owner.pump(link) { wantsWrite = true }
    }
    return wantsWrite
  }

  private func lose(_ link: Link, _ error: RabbitMQError) {
    logger.info("connection to RabbitMQ lost", metadata: ["rabbitmq.target": "\(configuration)", "error": "\(error)"])
    counters.losses.increment()
    counters.isConnected.store(false, ordering: .relaxed)
    counters.isBlocked.store(false, ordering: .relaxed)
    self.link = nil
    link.endAll(error)
  }

  /// Tries to connect, or waits until it is time to.
  private func attempt() {
    let now = monotonicNanoseconds()
    if now < nextAttempt {
      let next = min(nextAttempt, waiting.lazy.map(\.deadline).min() ?? nextAttempt)
      return sleep(Int32(clamping: (next - min(now, next)) / 1_000_000 + 1))
    }
    do {
      link = try Link.connect(configuration)
      failures = 0
      lastError = nil
      counters.connects.increment()
      counters.isConnected.store(true, ordering: .relaxed)
      logger.debug("connected to RabbitMQ", metadata: ["rabbitmq.target": "\(configuration)"])
    } catch {
      failures += 1
      lastError = error
      if failures == 1 || error.kind == .refused {
        logger.info("cannot connect to RabbitMQ", metadata: ["rabbitmq.target": "\(configuration)", "error": "\(error)"])
      }
      nextAttempt = monotonicNanoseconds() + pause()
      guard error.kind == .refused else { return }
      // The next attempt would meet the same: those who wait are told now.
      for call in waiting { call.end(error) }
      waiting = []
    }
  }

  /// Exponential with a random part, so that the clients of a broker that comes back do not arrive all at once.
  private func pause() -> UInt64 {
    let shortest = max(1, configuration.reconnectBackoff.lowerBound.nanoseconds)
    let longest = max(shortest, configuration.reconnectBackoff.upperBound.nanoseconds)
    let doubled = min(longest, shortest << min(failures - 1, 20))
    return UInt64(Int64.random(in: doubled / 2...doubled))
  }

  /// Forgets calls that were cancelled, and ends those that waited too long.
  private func dropEnded() {
    guard link == nil, !waiting.isEmpty else { return }
    let now = monotonicNanoseconds()
    waiting.removeAll { call in
      if call.deadline <= now {
        call.end(lastError ?? RabbitMQError(.timeout, "no connection within \(configuration.waitTimeout)"))
      }
      return call.hasEnded
    }
  }

  private func sleep(_ milliseconds: Int32, _ link: Link? = nil, wantsWrite: Bool = false) {
    if let link, link.failure != nil { return }
    let maySleep = box.withLock { box in
      box.isSleeping = !box.isRung
      return !box.isRung
    }
    guard maySleep else { return }
    comptoir_amqp_wait(link?.descriptor ?? -1, wantsWrite ? 1 : 0, wake, milliseconds)
    box.withLock { $0.isSleeping = false }
  }
}
