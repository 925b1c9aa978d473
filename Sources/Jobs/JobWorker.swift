public import Logging
public import ServiceLifecycle

/// Takes jobs from a queue and carries them out, several at a time.
///
/// A handler may be called again for a job that it has carried out, when the process ends before that is written down: what it does must
/// have its effect once (a command whose id derives from the job's key has).
public final class JobWorker: Service {
  private let queue: JobQueue
  private let policy: JobPolicy
  private let concurrency: Int
  private let idleWait: Duration
  private let logger: Logger
  private let handle: @Sendable (ReservedJob) async throws -> Void

  /// - Parameters:
  ///   - concurrency: jobs carried out at once.
  ///   - idleWait: how long to wait before looking again into an empty queue.
  ///   - handle: carries out one job. What it throws means: again later; a ``JobFailure``: never again.
  public init(
    _ queue: JobQueue, policy: JobPolicy = JobPolicy(), concurrency: Int = 2, idleWait: Duration = .milliseconds(500), logger: Logger,
    handle: @escaping @Sendable (ReservedJob) async throws -> Void
  ) {
    self.queue = queue
    self.policy = policy
    self.concurrency = concurrency
    self.idleWait = idleWait
    self.logger = logger
    self.handle = handle
  }

  /// Runs until it is cancelled or the service group shuts down: then no job is begun, and those under way are brought to their end.
  public func run() async throws {
    await withDiscardingTaskGroup { group in
      for _ in 0..<concurrency { group.addTask { await self.work() } }
    }
  }

  private func work() async {
    while !Task.isCancelled && !Task.isShuttingDownGracefully {
      let isIdle: Bool
      do {
        isIdle = try await !next()
      } catch {
        if !Task.isCancelled {
          logger.warning("job queue out of reach", metadata: ["queue": "\(queue.name)", "error": "\(error)"])
        }
        isIdle = true
      }
      if isIdle { try? await cancelWhenGracefulShutdown { try await Task.sleep(for: self.idleWait) } }
    }
  }

  /// Takes one job and carries it out.
  /// - Returns: false when there was none.
  private func next() async throws -> Bool {
    guard let job = try await queue.reserve(policy) else { return false }
    // Its workers ended, one after the other, without a word: it may be what ends them.
    guard job.attempt <= policy.maximumAttempts else {
      try await giveUp(job, "its workers ended while they had it")
      return true
    }
    do {
      try await carryOut(job)
    } catch {
      // A task of its own, because this one may be cancelled, and the job must not wait for its lease to end.
      let isStopping = Task.isCancelled
      try await Task { try await self.failed(job, error, isStopping: isStopping) }.value
      return true
    }
    let isFinished = try await Task { try await self.queue.finish(job) }.value
    if !isFinished { logger.notice("job was lost", metadata: metadata(job)) }
    return true
  }

  /// Runs the handler, and gives signs of life meanwhile; one that has lost its job is cancelled.
  private func carryOut(_ job: ReservedJob) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await self.handle(job) }
      group.addTask {
        while true {
          try await Task.sleep(for: self.policy.lease / 3)
          guard try await self.queue.renew(job) else { throw JobLost() }
        }
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func failed(_ job: ReservedJob, _ error: any Error, isStopping: Bool) async throws {
    if error is JobLost {
      logger.notice("job was lost", metadata: metadata(job))
    } else if let failure = error as? JobFailure {
      try await giveUp(job, failure.description)
    } else if error is CancellationError || isStopping {
      _ = try await queue.release(job)
    } else if job.attempt >= policy.maximumAttempts {
      try await giveUp(job, "\(error)")
    } else {
      logger.warning("job failed, again later", metadata: metadata(job).merging(["error": "\(error)"]) { $1 })
      _ = try await queue.putBack(job, in: policy.delay(after: job.attempt))
    }
  }

  private func giveUp(_ job: ReservedJob, _ reason: String) async throws {
    logger.error("job failed for good", metadata: metadata(job).merging(["error": "\(reason)"]) { $1 })
    _ = try await queue.fail(job, reason)
  }

  private func metadata(_ job: ReservedJob) -> Logger.Metadata {
    ["queue": "\(queue.name)", "job.id": "\(job.id)", "job.key": "\(job.job.key)", "job.attempt": "\(job.attempt)"]
  }
}

/// Somebody else has the job.
private struct JobLost: Error {}
