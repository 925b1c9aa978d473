import CLibPQ
import Logging
import Synchronization

/// One connection to the server and its queue, from the first attempt to connect to the end.
///
/// ```
/// idle ──submit──▶ connecting ──▶ ready ──lost──▶ waiting (shared) ──pause──▶ connecting
///                      │            └────lost──▶ closed (exclusive)
///                      └──failed──▶ waiting, idle (a refusal for good) or closed (exclusive)
/// any ──close──▶ closing (ready, until what is in flight is answered) ──▶ closed
/// ```
///
/// A shared link takes requests of many tasks, pipelines them and connects again when lost. An exclusive one is lent to one borrower at a
/// time, may also run scripts, COPY and LISTEN, and ends with its connection, since what the session held is gone.
final class Link: @unchecked Sendable {
  // Unchecked: `inbox` is a lock and the atomics are; every other variable is touched on `thread` only.

  enum Role { case shared, exclusive }
  enum Phase { case idle, connecting, ready, waiting, closing, closed }

  struct Inbox {
    var queue = Fifo<Request>()
    /// On the thread's list already, so that many submissions make one entry.
    var isScheduled = false
    var phase = Phase.idle
    /// What later submissions get once the link is closed.
    var closedError: PostgresError?
  }

  /// A request that was sent, and how far its answer has come.
  struct InFlight {
    let request: Request
    var step = 0
    /// Whether the next result answers the preparation of this step's statement.
    var awaitsPrepare: Bool
    var error: PostgresError?
  }

  private static let nextID = Atomic<UInt64>(1)

  let id = Link.nextID.wrappingAdd(1, ordering: .relaxed).oldValue
  let role: Role
  let thread: IOThread
  let configuration: PostgresConfiguration
  let logger: Logger
  let counters: Counters
  let inbox = Mutex(Inbox())
  /// Requests that were accepted and are not answered.
  let outstanding = Atomic<Int>(0)
  let isReady = Atomic<Bool>(false)

  // MARK: The thread's own

  /// Told of changes; let go when the link is closed, since the pool holds the link too.
  var pool: Pool?
  var connection: OpaquePointer?
  /// What epoll watches: descriptor and events.
  var watched: (descriptor: Int32, events: UInt32)?
  var attempt = 0
  var failures = 0
  var wasConnected = false
  var lastConnectError: PostgresError?
  /// An exclusive link gives up connecting then, in monotonic nanoseconds.
  var connectDeadline: UInt64?
  var whenConnected: (@Sendable (PostgresError?) -> Void)?
  var isSweeping = false

  var inFlight = Fifo<InFlight>()
  var batch: [Request] = []
  /// Answered requests whose tasks are resumed at the end of the round of reading.
  var gathered: [(Request, PostgresError?)] = []
  var isGathering = false
  var encoder = ParameterEncoder()
  var prepared = PreparedStatements()
  var isInPipeline = false

  var script: Script?
  var listeners: [String: [UInt64: AsyncThrowingStream<PostgresNotification, any Error>.Continuation]] = [:]

  var isCancelling = false
  /// How many of those in flight a cancel request may still hit by mistake.
  var cancelShadow = 0

  init(_ role: Role, configuration: PostgresConfiguration, logger: Logger, counters: Counters) {
    self.role = role
    self.thread = IOThread.assign()
    self.configuration = configuration
    self.logger = logger
    self.counters = counters
  }

  // MARK: From any thread

  /// Queues a request, or completes it with the reason why not.
  func submit(_ request: Request) {
    var refusal: PostgresError?
    let mustSchedule = inbox.withLock { inbox -> Bool in
      if inbox.phase == .closed || inbox.phase == .closing {
        refusal = inbox.closedError ?? .closed("the connection is closed")
        return false
      }
      if inbox.queue.count >= configuration.maximumWaiting {
        refusal = PostgresError(.tooManyWaiting, "\(inbox.queue.count) requests wait already", statementName: request.first.statement.name)
        return false
      }
      if !request.place(on: self) {
        refusal = .cancelled
        return false
      }
      if inbox.phase != .ready { request.deadline = monotonicNanoseconds() + UInt64(configuration.waitTimeout.nanoseconds) }
      outstanding.increment()
      inbox.queue.append(request)
      defer { inbox.isScheduled = true }
      return !inbox.isScheduled
    }
    if let refusal {
      counters.errors.increment()
      request.complete(refusal)
    } else if mustSchedule {
      thread.schedule(self)
    }
  }

  /// Stops a request of this link: a waiting one is dropped, a running one is stopped by the server, a finished one is left alone.
  func cancel(_ request: Request) {
    let dropped = inbox.withLock { inbox in !inbox.queue.remove(where: { $0 === request }).isEmpty }
    if dropped {
      finish(request, .cancelled)
    } else {
      thread.perform { self.cancelInFlight(request) }
    }
  }

  /// Number of requests not yet sent.
  var waiting: Int { inbox.withLock { $0.queue.count } }

  // MARK: On the thread

  var phase: Phase { inbox.withLock { $0.phase } }

  func enter(_ phase: Phase) {
    inbox.withLock { $0.phase = phase }
    isReady.store(phase == .ready, ordering: .releasing)
  }

  /// Completes a request that this link owned.
  func finish(_ request: Request, _ error: PostgresError?) {
    outstanding.subtract(1, ordering: .relaxed)
    counters.queries.increment()
    if error != nil { counters.errors.increment() }
    if isGathering { gathered.append((request, error)) } else { request.complete(error) }
  }

  func resumeGathered() {
    guard !gathered.isEmpty else { return }
    for (request, error) in gathered { request.complete(error) }
    gathered.removeAll(keepingCapacity: true)
  }

  /// The socket can be read or written.
  func ready(mask: UInt32) {
    guard connection != nil else { return }
    if phase == .connecting {
      pollConnecting()
      return
    }
    // Errors and hang-ups are found by reading.
    if mask & ~UInt32(COMPTOIR_WRITABLE) != 0 {
      if script?.pausesReading == true {
        flush()
        return
      }
      if PQconsumeInput(connection) == 0 {
        // What came before the end is read still: the reason is in it.
        readAnswers()
        if connection != nil { lose(connectionMessage()) }
        return
      }
      readAnswers()
      guard connection != nil else { return }
    }
    flush()
    drain()
  }

  func readAnswers() {
    if script != nil { readScriptAnswers() } else { readPipelineAnswers() }
    guard connection != nil else { return }
    deliverNotifications()
    finishClosingIfDone()
  }

  /// Sends what libpq holds; what the socket does not take now goes when it can.
  func flush() {
    guard let connection else { return }
    switch PQflush(connection) {
    case 0:
      script?.chunkWasWritten(nil)
      watchForEvents(writing: false)
    case 1:
      watchForEvents(writing: true)
    default:
      // The server's last words may still be there to read.
      _ = PQconsumeInput(connection)
      readAnswers()
      if self.connection != nil { lose(connectionMessage()) }
    }
  }

  func watchForEvents(writing: Bool) {
    var events = script?.pausesReading == true ? 0 : UInt32(COMPTOIR_READABLE)
    if writing { events |= UInt32(COMPTOIR_WRITABLE) }
    watch(events)
  }

  /// libpq may change sockets while it connects, so each time the descriptor is asked for again.
  func watch(_ events: UInt32) {
    let descriptor = PQsocket(connection)
    if let watched, watched.descriptor == descriptor, watched.events == events, phase != .connecting { return }
    if descriptor >= 0 && thread.watch(descriptor, events: events, for: self) {
      watched = (descriptor, events)
    }
  }

  func connectionMessage() -> String {
    PQerrorMessage(connection).map { String(cString: $0).trimmedLine() } ?? "no message"
  }

  /// Takes the handle away from the server and from epoll.
  func dropConnection() {
    guard let connection else { return }
    if isReady.load(ordering: .relaxed) || phase == .closing { counters.open.subtract(1, ordering: .relaxed) }
    thread.unwatch(PQsocket(connection), for: self)
    watched = nil
    PQfinish(connection)
    self.connection = nil
    prepared = PreparedStatements()
    isInPipeline = false
    isCancelling = false
    cancelShadow = 0
  }

  /// The connection ended by itself.
  func lose(_ message: String) {
    let isClosing = phase == .closing
    dropConnection()
    let error = PostgresError(.connectionLost, message)
    logger.info("connection to PostgreSQL lost", metadata: ["postgres.database": "\(configuration.database)"])
    failInFlight(error)
    if isClosing {
      closed(.closed("the client is closed"))
    } else if role == .exclusive {
      closed(error)
    } else {
      enter(.waiting)
      stampWaiting()
      scheduleReconnect()
      pool?.redistribute(from: self)
    }
  }

  func failInFlight(_ error: PostgresError) {
    for entry in inFlight.removeAll() {
      // An answer that came before the end says more than the end does.
      finish(entry.request, entry.error ?? error)
    }
    if let script {
      self.script = nil
      script.end(script.error ?? error)
      finish(script.request, script.error ?? error)
    }
    finishListeners(error)
  }

  // MARK: Closing

  /// Ends the link: at once when nothing is in flight or `force` is set, else when it is answered. What waits is refused.
  func close(force: Bool) {
    let (phase, waiting) = inbox.withLock { inbox in
      let old = inbox.phase
      if old != .closed {
        inbox.phase = .closing
        inbox.closedError = .closed("the client is closed")
      }
      return (old, inbox.queue.removeAll())
    }
    isReady.store(false, ordering: .releasing)
    if phase == .closed { return }
    for request in waiting { finish(request, .closed("the client is closed")) }
    if phase != .ready && phase != .closing {
      if phase == .connecting { connectingEnds() }
      closed(.closed("the client is closed"))
    } else if force {
      dropConnection()
      failInFlight(PostgresError(.connectionLost, "the client was closed while the request was under way"))
      closed(.closed("the client is closed"))
    } else {
      finishClosingIfDone()
    }
  }

  func finishClosingIfDone() {
    guard phase == .closing, inFlight.isEmpty, script == nil else { return }
    dropConnection()
    finishListeners(.closed("the client is closed"))
    closed(.closed("the client is closed"))
  }

  /// The end: what waits or comes later gets `error`.
  func closed(_ error: PostgresError) {
    let waiting = inbox.withLock { inbox in
      inbox.phase = .closed
      inbox.closedError = error
      return inbox.queue.removeAll()
    }
    isReady.store(false, ordering: .releasing)
    for request in waiting { finish(request, error) }
    if let whenConnected {
      self.whenConnected = nil
      whenConnected(error)
    }
    if let pool {
      self.pool = nil
      pool.linkEnded(self)
    }
  }
}
