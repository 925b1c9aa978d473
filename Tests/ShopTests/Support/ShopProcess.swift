import Aggregates
import EventSourcing
import EventStore
import Logging
import Postgres
import ProcessManagers

/// One process of a shop: a log of its own over the common database, its own states in memory, its own process manager.
final class ShopProcess: Sendable {
  let log: PostgresEventLog
  let keys: PostgresSubjectKeys
  let executor: CommandExecutor
  let checkout: Checkout
  let runner: ProcessManagerRunner

  init(
    _ name: String, log: PostgresConfiguration, keys: PostgresConfiguration, payments: any PaymentPort, timeouts: CheckoutTimeouts,
    logger: Logger
  ) {
    self.keys = PostgresSubjectKeys(keys, logger: logger)
    self.log = PostgresEventLog(log, keys: self.keys, logger: logger)
    executor = CommandExecutor(log: self.log)
    checkout = Checkout(log: self.log, executor: executor, payments: payments, timeouts: timeouts, logger: logger)
    var configuration = ProcessManagerConfiguration()
    configuration.leaseInterval = .milliseconds(200)
    configuration.leaseLifetime = .seconds(5)
    configuration.idleWait = .milliseconds(200)
    configuration.timerInterval = .milliseconds(50)
    configuration.parkedRetryInterval = .seconds(1)
    runner = ProcessManagerRunner(
      log: self.log, subscriptions: self.log, port: checkout, holder: name, configuration: configuration, logger: logger)
  }

  /// Hears of the other process's appends and runs the process manager, or waits for its lease, until cancelled.
  func run() async throws {
    let listener = LogListener(log)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await self.runner.run() }
      group.addTask { try? await listener.run() }
      try await group.waitForAll()
    }
  }

  func close() async {
    await log.close()
    await keys.close()
  }

  /// Carries a command out as a route does for a client's request. A log that does not answer in time is asked again under the
  /// same id, as a careful client does.
  @discardableResult
  func send<C: Command>(_ command: C, id: CommandID = CommandID()) async throws -> C.Answer {
    var tries = 0
    while true {
      do {
        let idempotency = Idempotency.client(requestHash: Array(repeating: 7, count: 32), keep: .seconds(3_600))
        let outcome = try await executor.execute(command, id: id, idempotency: idempotency)
        return try outcome.answer.orThrow(MissingAnswer())
      } catch CommandError.unavailable where tries < 20 {
        tries += 1
        try await Task.sleep(for: .milliseconds(100))
      }
    }
  }
}

struct MissingAnswer: Error {}

extension Optional where Wrapped: Sendable {
  func orThrow(_ error: any Error) throws -> Wrapped {
    guard let self else { throw error }
    return self
  }
}
