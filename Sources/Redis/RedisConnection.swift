import CHiredis
import Glibc
import Logging
import Synchronization

/// The connection and its thread. Everything outside `box` is touched by the thread alone.
final class RedisConnection: @unchecked Sendable {
  // Unchecked: `box` is a lock; the other variables belong to the thread.

  /// A command on its way.
  struct Pending: Sendable {
    let words: [RedisWord]
    let complete: @Sendable (Result<RedisReply, RedisError>) -> Void
    /// On the clock that never goes back, in nanoseconds.
    fileprivate var deadline: UInt64 = .max
    /// Belongs to signing in.
    fileprivate var isHandshake = false

    init(words: [RedisWord], complete: @escaping @Sendable (Result<RedisReply, RedisError>) -> Void) {
      self.words = words
      self.complete = complete
    }
  }

  private struct Box {
    var queue: [Pending] = []
    var isClosed = false
    var isSleeping = false
    /// Whether commands are taken: signed in, or not yet known to be away.
    var isTaking = true
  }

  private enum Phase {
    /// Not connected; the next attempt comes at this moment.
    case pausing(until: UInt64)
    /// The socket connects, or who asks signs in.
    case connecting(until: UInt64)
    case ready
  }

  private let configuration: RedisConfiguration
  private let logger: Logger
  private let box = Mutex(Box())
  private let wake: Int32
  private var context: UnsafeMutablePointer<redisContext>?
  private var phase = Phase.pausing(until: 0)
  private var isSocketConnected = false
  private var pause: UInt64
  /// Commands that were sent, oldest first.
  private var sent: [Pending] = []
  private var answered = 0
  private var wantsToWrite = false
  private var wasToldAway = false

  init(_ configuration: RedisConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
    wake = comptoir_redis_eventfd()
    precondition(wake >= 0, "the process is out of file descriptors")
    pause = configuration.longestPause.wholeNanoseconds / 50
  }

  deinit { _ = Glibc.close(wake) }

  /// Starts the thread, which lives until `close`.
  func start() {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        comptoir_redis_name_thread("redis-io")
        Unmanaged<RedisConnection>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    pthread_attr_destroy(&attributes)
    precondition(status == 0, "the process can start no thread")
  }

  // MARK: From any thread

  func enqueue(_ pending: Pending) {
    var refusal: RedisError?
    let mustWake = box.withLock { box in
      if box.isClosed || !box.isTaking {
        refusal = box.isClosed ? .closed : .notConnected
        return false
      }
      box.queue.append(pending)
      defer { box.isSleeping = false }
      return box.isSleeping
    }
    if let refusal { return pending.complete(.failure(refusal)) }
    if mustWake { ring() }
  }

  func close() {
    box.withLock { $0.isClosed = true }
    ring()
  }

  private func ring() {
    var one: UInt64 = 1
    // Fails only when the counter is full, and then the thread is awake anyway.
    _ = write(wake, &one, 8)
  }

  // MARK: On the thread

  private func run() {
    while true {
      if box.withLock({ $0.isClosed }) { break }
      advance()
      sleepUntilNeeded()
    }
    drop(.closed)
    for pending in box.withLock({ box in
      defer { box.queue = [] }
      return box.queue
    }) { pending.complete(.failure(.closed)) }
  }

  /// Does what can be done now.
  private func advance() {
    let now = monotonicNanoseconds()
    switch phase {
    case .pausing(let until): if until <= now { connect(now) }
    case .connecting(let until): if until <= now { fail("connecting took too long") }
    case .ready:
      send(
        box.withLock { box in
          defer { box.queue = [] }
          return box.queue
        }, now)
    }
    if answered < sent.count, sent[answered].deadline <= now { fail("no answer came in time", of: .timedOut) }
    if isSocketConnected { flush() }
  }

  private func connect(_ now: UInt64) {
    context = redisConnectNonBlock(configuration.host, Int32(configuration.port))
    guard let context, context.pointee.err == 0 else { return fail(context.map(Self.reason) ?? "out of memory") }
    isSocketConnected = false
    wantsToWrite = true
    phase = .connecting(until: now + configuration.connectTimeout.wholeNanoseconds)
  }

  /// Signs in, now that the socket is connected; commands are taken when Redis has answered.
  private func signIn() {
    isSocketConnected = true
    var commands: [[RedisWord]] = []
    if let password = configuration.password {
      commands.append(["AUTH"] + (configuration.user.map { [RedisWord($0)] } ?? []) + [RedisWord(password)])
    }
    commands.append(["SELECT", RedisWord(Int64(configuration.database))])
    let last = commands.count - 1
    for (index, words) in commands.enumerated() {
      var pending = Pending(words: words) { _ in }
      pending.isHandshake = true
      append(pending)
      if index == last { flush() }
    }
  }

  private func becomeReady() {
    phase = .ready
    pause = configuration.longestPause.wholeNanoseconds / 50
    box.withLock { $0.isTaking = true }
    if wasToldAway { logger.info("Redis is back") }
    wasToldAway = false
  }

  private func send(_ work: [Pending], _ now: UInt64) {
    guard !work.isEmpty else { return }
    let deadline = now + configuration.timeout.wholeNanoseconds
    for var pending in work {
      pending.deadline = deadline
      append(pending)
    }
  }

  /// Puts a command into hiredis's buffer.
  private func append(_ pending: Pending) {
    guard let context else { return pending.complete(.failure(.notConnected)) }
    var lengths = pending.words.map { $0.bytes.count }
    let joined = pending.words.flatMap(\.bytes)
    joined.withUnsafeBufferPointer { bytes in
      // An empty command has no base address; any will do, since no byte is read.
      let base = bytes.baseAddress.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) }
      var offset = 0
      var pointers: [UnsafePointer<CChar>?] = lengths.map { length in
        defer { offset += length }
        return base.map { $0 + offset }
      }
      _ = redisAppendCommandArgv(context, Int32(lengths.count), &pointers, &lengths)
    }
    sent.append(pending)
    wantsToWrite = true
  }

  private func flush() {
    guard let context, wantsToWrite else { return }
    var isDone: Int32 = 0
    guard redisBufferWrite(context, &isDone) == REDIS_OK else { return fail(Self.reason(context)) }
    wantsToWrite = isDone == 0
  }

  private func sleepUntilNeeded() {
    let now = monotonicNanoseconds()
    var until: UInt64 =
      switch phase {
      case .pausing(let until), .connecting(let until): until
      case .ready: .max
      }
    if answered < sent.count { until = min(until, sent[answered].deadline) }
    var milliseconds = until == .max ? -1 : until <= now ? 0 : Int32(clamping: (until - now) / 1_000_000 + 1)
    let isReady = if case .ready = phase { true } else { false }
    box.withLock { box in
      if box.isClosed || (isReady && !box.queue.isEmpty) { milliseconds = 0 } else { box.isSleeping = true }
    }
    var watched = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
    if let context {
      watched.append(pollfd(fd: context.pointee.fd, events: Int16(POLLIN) | (wantsToWrite ? Int16(POLLOUT) : 0), revents: 0))
    }
    let count = poll(&watched, nfds_t(watched.count), milliseconds)
    box.withLock { $0.isSleeping = false }
    guard count > 0 else { return }
    if watched[0].revents != 0 {
      var counter: UInt64 = 0
      _ = read(wake, &counter, 8)
    }
    if watched.count > 1, watched[1].revents != 0 { ready(watched[1].revents) }
  }

  private func ready(_ events: Int16) {
    guard let context else { return }
    if !isSocketConnected {
      let error = comptoir_redis_socket_error(context.pointee.fd)
      guard error == 0 else { return fail(String(cString: strerror(error))) }
      return signIn()
    }
    guard events & Int16(POLLIN | POLLHUP | POLLERR) != 0 else { return }
    guard redisBufferRead(context) == REDIS_OK else { return fail(Self.reason(context)) }
    while self.context != nil {
      var pointer: UnsafeMutableRawPointer?
      guard redisGetReplyFromReader(context, &pointer) == REDIS_OK else { return fail(Self.reason(context)) }
      guard let pointer else { break }
      defer { freeReplyObject(pointer) }
      take(Result { () throws(RedisError) in try RedisReply(pointer.assumingMemoryBound(to: redisReply.self).pointee) })
    }
  }

  private func take(_ answer: Result<RedisReply, RedisError>) {
    guard answered < sent.count else { return fail("it answered what was not asked") }
    let pending = sent[answered]
    answered += 1
    if answered == sent.count || answered >= 1_024 {
      sent.removeFirst(answered)
      answered = 0
    }
    guard pending.isHandshake else { return pending.complete(answer) }
    if case .failure(let error) = answer { return fail("it does not let us in: \(error)") }
    if sent.isEmpty { becomeReady() }
  }

  /// Gives the connection up, says so once, and tries again after a pause.
  private func fail(_ reason: String, of error: RedisError? = nil) {
    drop(error ?? .connectionLost(reason))
    if !wasToldAway { logger.warning("Redis is away", metadata: ["reason": "\(reason)"]) }
    wasToldAway = true
    let waiting = box.withLock { box in
      box.isTaking = false
      defer { box.queue = [] }
      return box.queue
    }
    for pending in waiting { pending.complete(.failure(.notConnected)) }
    phase = .pausing(until: monotonicNanoseconds() + pause)
    pause = min(pause * 2, configuration.longestPause.wholeNanoseconds)
  }

  /// Ends the connection; what was sent fails.
  private func drop(_ error: RedisError) {
    if let context { redisFree(context) }
    context = nil
    isSocketConnected = false
    wantsToWrite = false
    let lost = sent[answered...]
    sent = []
    answered = 0
    for pending in lost { pending.complete(.failure(error)) }
  }

  private static func reason(_ context: UnsafeMutablePointer<redisContext>) -> String {
    withUnsafeBytes(of: context.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

/// The clock that never goes back (CLOCK_MONOTONIC), in nanoseconds.
private func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

extension Duration {
  fileprivate var wholeNanoseconds: UInt64 {
    UInt64(max(0, components.seconds)) * 1_000_000_000 + UInt64(max(0, components.attoseconds) / 1_000_000_000)
  }
}
