import CLibPQ
import Glibc
import Synchronization

/// A thread that does the I/O of many connections, so that no blocking call ever runs on the cooperative pool.
///
/// It sleeps in epoll. Whoever has work for a connection puts the connection on the thread's list, and only if the thread sleeps also
/// writes to an eventfd: under load a request costs no system call to hand over. Everything a `Link` keeps outside its locks is
/// touched here only.
final class IOThread: @unchecked Sendable {
  // Unchecked: `box` is a lock; the other variables belong to the thread itself.

  /// The process's I/O threads. Two were measured to carry more than the two cores that share the work with the server.
  static let all: [IOThread] = (0..<2).map { IOThread(number: $0) }
  private static let next = Atomic<Int>(0)

  /// Hands the threads out in turn.
  static func assign() -> IOThread {
    let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return all[turn % all.count]
  }

  private struct Box {
    var links: [Link] = []
    var jobs: [@Sendable () -> Void] = []
    var isSleeping = false
  }

  private struct Timer {
    let deadline: UInt64
    let action: @Sendable () -> Void
  }

  private let box = Mutex(Box())
  private let epoll: Int32
  private let wake: Int32
  private var links: [UInt64: Link] = [:]
  private var timers: [Timer] = []

  private static let wakeID: UInt64 = 0

  private init(number: Int) {
    epoll = comptoir_epoll_create()
    wake = comptoir_eventfd()
    precondition(epoll >= 0 && wake >= 0, "the process is out of file descriptors")
    precondition(comptoir_epoll_set(epoll, wake, UInt32(COMPTOIR_READABLE), Self.wakeID) == 0, "epoll refuses an eventfd")
    startThread(name: "postgres-io-\(number)") { self.run() }
  }

  // MARK: From any thread

  /// Has the thread look at a link's queue soon.
  func schedule(_ link: Link) {
    let mustWake = box.withLock { box in
      box.links.append(link)
      defer { box.isSleeping = false }
      return box.isSleeping
    }
    if mustWake { ring() }
  }

  /// Runs a job on the thread soon, after those that came before.
  func perform(_ job: @escaping @Sendable () -> Void) {
    let mustWake = box.withLock { box in
      box.jobs.append(job)
      defer { box.isSleeping = false }
      return box.isSleeping
    }
    if mustWake { ring() }
  }

  private func ring() {
    var one: UInt64 = 1
    // Fails only when the counter is full, and then the thread is awake anyway.
    _ = write(wake, &one, 8)
  }

  // MARK: On the thread

  /// Runs an action after a pause, in nanoseconds. Timers are few (one a connection or pool), so a plain array serves.
  func after(_ nanoseconds: Int64, _ action: @escaping @Sendable () -> Void) {
    timers.append(Timer(deadline: monotonicNanoseconds() + UInt64(max(0, nanoseconds)), action: action))
  }

  /// Watches a socket for a link; changes the watch where there is one.
  func watch(_ descriptor: Int32, events: UInt32, for link: Link) -> Bool {
    links[link.id] = link
    return comptoir_epoll_set(epoll, descriptor, events, link.id) == 0
  }

  /// Ends a watch; the descriptor must still be open.
  func unwatch(_ descriptor: Int32, for link: Link) {
    links[link.id] = nil
    if descriptor >= 0 { _ = comptoir_epoll_remove(epoll, descriptor) }
  }

  private func run() {
    let batch = Int(COMPTOIR_EPOLL_BATCH)
    var ids = [UInt64](repeating: 0, count: batch)
    var masks = [UInt32](repeating: 0, count: batch)
    var work: [Link] = []
    var jobs: [@Sendable () -> Void] = []
    while true {
      box.withLock { box in
        swap(&box.links, &work)
        swap(&box.jobs, &jobs)
      }
      for job in jobs { job() }
      jobs.removeAll(keepingCapacity: true)
      for link in work { link.drain() }
      work.removeAll(keepingCapacity: true)

      let pause = fireTimers()
      let timeout = box.withLock { box -> Int32 in
        if !box.links.isEmpty || !box.jobs.isEmpty { return 0 }
        box.isSleeping = true
        return pause
      }
      let count = comptoir_epoll_wait(epoll, &ids, &masks, timeout)
      box.withLock { $0.isSleeping = false }
      if count < 0 {
        precondition(errno == EINTR, "epoll_wait failed")
        continue
      }
      for index in 0..<Int(count) {
        if ids[index] == Self.wakeID {
          var counter: UInt64 = 0
          _ = read(wake, &counter, 8)
        } else if let link = links[ids[index]] {
          link.ready(mask: masks[index])
        }
      }
    }
  }

  /// Fires what is due, and returns the milliseconds until the next is, -1 for none.
  private func fireTimers() -> Int32 {
    while !timers.isEmpty {
      let now = monotonicNanoseconds()
      let due = timers.filter { $0.deadline <= now }
      if due.isEmpty {
        let next = timers.lazy.map(\.deadline).min() ?? now
        return Int32(clamping: (next - now) / 1_000_000 + 1)
      }
      timers.removeAll { $0.deadline <= now }
      for timer in due { timer.action() }
    }
    return -1
  }
}

/// The clock that never goes back (CLOCK_MONOTONIC), in nanoseconds.
func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Runs `body` on a thread of its own, which ends with it. For the calls of libpq that block: name resolution and `PQcancel`.
func startThread(name: String, _ body: @escaping @Sendable () -> Void) {
  final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
  var thread = pthread_t()
  let start = Unmanaged.passRetained(Start(name: name, body: body))
  let status = pthread_create(
    &thread, &attributes,
    { argument in
      let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
      comptoir_name_thread(start.name)
      start.body()
      return nil
    }, start.toOpaque())
  pthread_attr_destroy(&attributes)
  precondition(status == 0, "the process can start no thread")
}
