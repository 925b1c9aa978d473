import Logging
import Migrations
import Postgres
import PostgresTesting
import ServiceLifecycle
import Synchronization
import Testing

@testable import Jobs

/// A queue in a database of one test's own, with a clock that the test moves.
struct Yard: Sendable {
  let client: PostgresClient
  let time = Clock()

  final class Clock: Sendable {
    private let seconds = Mutex<Int64>(1_000_000)
    var now: Int64 { seconds.withLock { $0 } }
    func advance(_ by: Int64) { seconds.withLock { $0 += by } }
  }

  private static let schema = String(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()) + "/schema"

  static func use(_ body: (Yard) async throws -> Void) async throws {
    let migrator = try Migrator(
      adminURL: try TestDatabase.server().urlWithPassword(), schemaDirectory: schema, passwordSeed: "a seed for tests",
      prefix: "j\(UInt32.random(in: 0 ... .max))_")
    var failure: (any Error)?
    do {
      try await migrator.up(["sav_service_db"])
      let client = PostgresClient(migrator.configuration("sav_service_db", as: .projector), logger: Logger(label: "tests"))
      do {
        try await body(Yard(client: client))
      } catch {
        failure = error
      }
      await client.close()
    } catch {
      failure = error
    }
    try await migrator.dropEverything()
    if let failure { throw failure }
  }

  var queue: JobQueue {
    var queue = JobQueue("images", client: client)
    queue.clock = { [time] in time.now }
    return queue
  }

  func worker(
    _ policy: JobPolicy = JobPolicy(), concurrency: Int = 1, handle: @escaping @Sendable (ReservedJob) async throws -> Void
  ) -> JobWorker {
    var logger = Logger(label: "tests")
    logger.logLevel = .critical
    return JobWorker(queue, policy: policy, concurrency: concurrency, idleWait: .milliseconds(10), logger: logger, handle: handle)
  }

  /// Runs workers while `body` works, then ends them at once.
  func running(_ workers: [JobWorker], _ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in workers { group.addTask { try await worker.run() } }
      do {
        try await body()
      } catch {
        group.cancelAll()
        throw error
      }
      group.cancelAll()
    }
  }

  /// Waits until something is so.
  func until(_ what: String, _ isSo: () async throws -> Bool) async throws {
    for _ in 0..<3_000 {
      if try await isSo() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("not within 30 seconds: \(what)")
    throw CancellationError()
  }

  func until(_ wanted: JobFigures) async throws {
    try await until("\(wanted)") { try await queue.figures() == wanted }
  }
}

/// What handlers tell a test.
final class Tally: Sendable {
  private let seen = Mutex<[String]>([])
  var all: [String] { seen.withLock { $0 } }
  func add(_ text: String) { seen.withLock { $0.append(text) } }
}

struct Broken: Error {}
