public import EventSourcing
public import Logging
public import ServiceLifecycle
import Synchronization

/// Brings messages to a process manager, and fires timers: those of its own service off the log, those of others by a broker, or without
/// one off the log as well.
///
/// One runner of a name is active at a time, by a lease; others wait for it. Each message is brought at least once: the place in a source
/// moves only past messages that have been handled, and after a crash those behind it come again. A message that keeps failing parks
/// its saga, which is told in the log; all others flow, and the parked one is tried again now and then.
public final class ProcessManagerRunner: Service {
  /// Where a runner stands.
  public struct Status: Sendable, Hashable {
    /// Whether this process holds the lease.
    public var isActive = false
    /// Everything up to here has been handled, or belongs to a parked saga.
    public var position = Position.start
    /// Messages that have been read and not yet handled.
    public var inFlight = 0
    /// Sagas that wait at a message, with its position.
    public var parked: [String: Position] = [:]
    /// Messages handled since the process started.
    public var handledCount = 0
    /// Tries that failed since the process started.
    public var failureCount = 0
    /// Timers fired since the process started.
    public var timerCount = 0
  }

  let log: any EventLog
  let subscriptions: any SubscriptionStore
  let port: any MessagePort
  private let broker: (@Sendable (any MessagePort) -> (any MessageSource)?)?
  let configuration: ProcessManagerConfiguration
  let logger: Logger
  private let holder: String
  private let current = Mutex<RunnerSession?>(nil)
  private let lastStatus = Mutex(Status())

  /// - Parameters:
  ///   - broker: makes the source of other services' messages, anew for each holding of the lease; nil where there is no broker.
  ///   - holder: names this process for the lease; no two processes use the same.
  public init(
    log: any EventLog, subscriptions: any SubscriptionStore, port: any MessagePort,
    broker: (@Sendable (any MessagePort) -> (any MessageSource)?)? = nil, holder: String,
    configuration: ProcessManagerConfiguration = ProcessManagerConfiguration(), logger: Logger
  ) {
    self.log = log
    self.subscriptions = subscriptions
    self.port = port
    self.broker = broker
    self.holder = holder
    self.configuration = configuration
    self.logger = logger
  }

  private var lease: String { "process-manager-\(port.name)" }

  /// Where the runner stands now.
  public var status: Status {
    current.withLock { $0?.status } ?? lastStatus.withLock { $0 }
  }

  /// Runs until it is cancelled or the service group shuts down: then messages under way are finished, and the place is written down.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          if let epoch = try await self.subscriptions.acquireLease(
            self.lease, holder: self.holder, lifetime: self.configuration.leaseLifetime)
          {
            try await self.runSession(epoch)
          }
        } catch is CancellationError {
          break
        } catch {
          self.logger.warning("process manager interrupted", metadata: ["process.manager": "\(self.port.name)", "error": "\(error)"])
        }
        try? await Task.sleep(for: self.configuration.leaseInterval)
      }
    }
  }

  /// One holding of the lease.
  private func runSession(_ epoch: Int64) async throws {
    let sources = makeSources()
    var positions: [Position] = []
    for source in sources {
      guard let position = try await subscriptions.openSubscription(source.subscription, epoch: epoch) else { return }
      positions.append(position)
    }
    let session = RunnerSession(
      log: log, subscriptions: subscriptions, port: port, sources: sources, configuration: configuration, logger: logger, epoch: epoch,
      positions: positions, parked: try await port.parkedSagas(), counts: lastStatus.withLock { $0 })
    current.withLock { $0 = session }
    let failure: (any Error)?
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await session.run() }
        group.addTask { try await self.renewLease(epoch) }
        defer { group.cancelAll() }
        try await group.next()
      }
      failure = nil
    } catch {
      failure = error
    }
    // The session's own task may be cancelled, and the last lines must be written all the same: a task of their own.
    await Task {
      try? await session.saveCheckpoint()
      await session.reportLast()
      do {
        try await self.subscriptions.releaseLease(self.lease, holder: self.holder)
      } catch {
        self.logger.warning(
          "lease not given back: the next one waits until it has run out", metadata: ["lease": "\(self.lease)", "error": "\(error)"])
      }
    }.value
    lastStatus.withLock {
      $0 = session.status
      $0.isActive = false
    }
    current.withLock { $0 = nil }
    if let failure { throw failure }
  }

  /// The same subscriptions with a broker and without, so that one can be put in the place of the other.
  private func makeSources() -> [any MessageSource] {
    func ofLog(_ subscription: String, _ types: [String]) -> LogSource {
      LogSource(log: log, subscription: subscription, types: types, configuration: configuration)
    }
    var sources: [any MessageSource] = []
    if !port.ownTypes.isEmpty { sources.append(ofLog(port.name, port.ownTypes)) }
    if !port.foreignTypes.isEmpty { sources.append(broker?(port) ?? ofLog(port.foreignSubscription, port.foreignTypes)) }
    return sources
  }

  private func renewLease(_ epoch: Int64) async throws {
    while true {
      try await Task.sleep(for: configuration.leaseInterval)
      guard try await subscriptions.acquireLease(lease, holder: holder, lifetime: configuration.leaseLifetime) == epoch else {
        throw SubscriptionLost()
      }
    }
  }
}

/// Another process has taken over.
struct SubscriptionLost: Error {}
