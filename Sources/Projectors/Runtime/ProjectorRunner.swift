public import EventSourcing
public import Logging
public import Postgres
public import ServiceLifecycle
import Synchronization

/// How a projector stands.
public struct ProjectorStatus: Hashable, Sendable {
  public var database: String
  /// Whether it holds the lease and follows the log.
  public var isActive = false
  /// Everything up to here is in the rows, or parked, as far as this process knows.
  public var position = Position.start
  /// Whether events wait on some lane.
  public var hasParkedEvents = false
  /// What went wrong last; nil when all is well.
  public var failure: String?
}

/// Keeps the rows of one read database level with the log.
///
/// Waits for its lease, opens the checkpoint, and then follows: wait for events, read, fold, write rows and checkpoint in one transaction. Several
/// processes may run the same projector; one works. Should two ever believe it is theirs, the earlier one's next write fails as a whole.
/// On graceful shutdown the batch under way is finished and the lease given back.
public final class ProjectorRunner: Service {
  private let projection: Projection
  private let log: any EventLog
  private let leases: any SubscriptionStore
  private let client: PostgresClient
  private let holder: String
  private let limits: ProjectorLimits
  private let logger: Logger
  private let wakeup = Wakeup()
  private let shared: Mutex<ProjectorStatus>

  /// - Parameters:
  ///   - log: read as the projector's role.
  ///   - leases: who may run.
  ///   - configuration: the read database, as the projector's role.
  ///   - holder: names this process among all that may run the same projector.
  public init(
    _ projection: Projection, log: any EventLog, leases: any SubscriptionStore, configuration: PostgresConfiguration, holder: String,
    limits: ProjectorLimits = ProjectorLimits(), logger: Logger
  ) {
    self.projection = projection
    self.log = log
    self.leases = leases
    var configuration = configuration
    // Batches follow each other; a second connection would only be idle.
    configuration.connections = 1
    client = PostgresClient(configuration, logger: logger)
    self.holder = holder
    self.limits = limits
    var logger = logger
    logger[metadataKey: "projector"] = .string(projection.database)
    self.logger = logger
    shared = Mutex(ProjectorStatus(database: projection.database))
  }

  /// How it stands now.
  public var status: ProjectorStatus { shared.withLock { $0 } }

  /// Has the checkpoint moved at once over events that change no row: a reader waits for it.
  public func touch() { wakeup.ring() }

  /// Has everything on a lane tried again at once; all lanes for nil. See ``ParkedEvents/resume(_:lane:)``.
  public func resume(lane: String? = nil) async throws {
    try await ParkedEvents.resume(client, lane: lane)
    wakeup.ring()
  }

  /// What a reader in another process notifies in the read database, with any payload, to the effect of ``touch()``.
  public static let touchChannel = "projector_touch"

  public func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      let (client, wakeup) = (client, wakeup)
      group.addTask {
        try? await client.listen([Self.touchChannel]) { event in
          if case .notification = event { wakeup.ring() }
        }
      }
      await work()
      group.cancelAll()
    }
    await client.close()
  }

  private func work() async {
    var failures = 0
    while !isStopping {
      do {
        if let epoch = try await leases.acquireLease(lease, holder: holder, lifetime: limits.leaseLifetime) {
          let tenure = try await ProjectorTenure.open(
            projection, log: log, client: client, leaseEpoch: epoch, limits: limits)
          logger.info("projecting", metadata: ["position": "\(tenure.checkpoint.position)"])
          failures = 0
          try await follow(tenure, epoch: epoch)
        } else {
          await pause(limits.leaseLifetime / 3)
        }
      } catch {
        if isStopping { break }
        failures += 1
        shared.withLock { status in
          status.isActive = false
          status.failure = String(describing: error)
        }
        logger.warning("projecting stopped, will try again", metadata: ["error": "\(error)"])
        let backoff = limits.failureBackoff
        await pause(min(backoff.upperBound, backoff.lowerBound * (1 << min(failures, 10))))
      }
    }
    shared.withLock { $0.isActive = false }
    // A task of its own, since this one may be cancelled.
    await Task {
      do {
        try await self.leases.releaseLease(self.lease, holder: self.holder)
      } catch {
        self.logger.warning(
          "lease not given back: the next one waits until it has run out", metadata: ["lease": "\(self.lease)", "error": "\(error)"])
      }
    }.value
  }

  private var lease: String { "projector \(projection.database)" }

  private var isStopping: Bool { Task.isCancelled || Task.isShuttingDownGracefully }

  private func pause(_ duration: Duration) async {
    await cancelWhenGracefulShutdown { try? await Task.sleep(for: duration) }
  }

  /// Follows the log until the runner stops, or an error ends the tenure.
  private func follow(_ tenure: ProjectorTenure, epoch: Int64) async throws {
    let clock = ContinuousClock()
    let log = log
    let filter = tenure.filter
    let limit = limits.batchEvents
    var seen = tenure.checkpoint.position
    var renewed = clock.now
    var moved = clock.now
    var retried = clock.now
    var isTouched = false
    var ahead: LogPage?
    note(tenure)

    while !isStopping {
      if clock.now - renewed > limits.leaseLifetime / 3 {
        guard try await leases.acquireLease(lease, holder: holder, lifetime: limits.leaseLifetime) == epoch else {
          throw ProjectorError.leaseLost(database: projection.database)
        }
        renewed = clock.now
      }
      if !tenure.blocked.isEmpty, isTouched || clock.now - retried > limits.parkedRetryInterval {
        try await tenure.retryParked()
        retried = clock.now
      }

      let page: LogPage
      if let next = ahead {
        page = next
      } else if isTouched {
        // Whoever waits for a row wants what was appended before.
        page = try await log.readLog(after: seen, filter: filter, limit: limit)
      } else {
        page = try await log.readTail(after: seen, filter: filter, limit: limit)
      }
      ahead = nil
      let isFull = page.events.count == limit
      if page.events.isEmpty {
        if page.position > tenure.checkpoint.position, isTouched || clock.now - moved >= limits.lazyCheckpointInterval {
          try await tenure.moveCheckpoint(to: page.position)
          moved = clock.now
        }
      } else if isFull {
        // Behind: the next page is read while this one is written.
        async let next = log.readLog(after: page.position, filter: filter, limit: limit)
        try await tenure.apply(page)
        moved = clock.now
        ahead = try await next
      } else {
        try await tenure.apply(page)
        moved = clock.now
      }
      seen = page.position
      isTouched = false
      note(tenure)
      if ahead == nil, !isStopping {
        isTouched = await wait(after: seen, filter, for: timeout(tenure, seen: seen, moved: moved, now: clock.now))
      }
    }
  }

  /// How long nothing need be done if nothing happens.
  private func timeout(
    _ tenure: ProjectorTenure, seen: Position, moved: ContinuousClock.Instant, now: ContinuousClock.Instant
  ) -> Duration {
    var timeout = limits.pollInterval
    if seen > tenure.checkpoint.position {
      timeout = min(timeout, max(.milliseconds(1), limits.lazyCheckpointInterval - (now - moved)))
    }
    if !tenure.blocked.isEmpty { timeout = min(timeout, limits.parkedRetryInterval) }
    return timeout
  }

  /// Waits for events behind a position, or the bell.
  /// - Returns: whether the bell rang.
  private func wait(after position: Position, _ filter: EventFilter, for timeout: Duration) async -> Bool {
    let log = log
    let wakeup = wakeup
    return await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Bool.self) { group in
        group.addTask {
          await log.waitForEvents(after: position, matching: filter, timeout: timeout)
          return false
        }
        group.addTask { await wakeup.wait() }
        let isRung = await group.next() ?? false
        group.cancelAll()
        return isRung
      }
    }
  }

  private func note(_ tenure: ProjectorTenure) {
    shared.withLock { status in
      status.isActive = true
      status.position = tenure.checkpoint.position
      status.hasParkedEvents = !tenure.blocked.isEmpty
      status.failure = nil
    }
  }
}
