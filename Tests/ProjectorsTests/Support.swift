import EventSourcing
import EventStoreTesting
import FoundationEssentials
import Logging
import Migrations
import Postgres
import PostgresTesting
import Synchronization
import Testing

@testable import Projectors

let quietLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// The project's own `schema/`.
let projectSchema = String(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()) + "/schema"

/// A migrated database `toy` of a test's own, with a log in memory.
struct ToyPlace: Sendable {
  let migrator: Migrator
  let log = InMemoryEventLog()
  let leases = MemoryLeases()
  /// As an administrator.
  let client: PostgresClient

  func append(_ payload: some EventPayload, to stream: String = "toy-1") async throws {
    let data = EventData(
      type: type(of: payload).type.name, isPublic: true, payload: payload.jsonBytes,
      occurredAt: Timestamp(microseconds: 1_767_225_600_000_000 + Int64.random(in: 0...1_000_000_000)))
    _ = try await log.append(
      Append(streams: [StreamAppend(stream: StreamName(rawValue: stream), expected: .any, events: [data])]))
  }

  func append(_ steps: ToyStep..., to stream: String = "toy-1") async throws {
    try await append(ToyChanged(steps), to: stream)
  }

  /// Opens the checkpoint, as the projector's role.
  func tenure(
    _ projector: PostgresClient, leaseEpoch: Int64 = 1, limits: ProjectorLimits = ProjectorLimits()
  ) async throws -> ProjectorTenure {
    try await ProjectorTenure.open(Toy.projection, log: log, client: projector, leaseEpoch: leaseEpoch, limits: limits)
  }

  /// Projects everything there is, in batches of random size.
  func projectAll(batch: ClosedRange<Int> = 1...50) async throws {
    try await withProjectorClient { projector in
      let tenure = try await tenure(projector)
      let head = try await log.head()
      while tenure.checkpoint.position < head {
        try await tenure.apply(
          try await log.readLog(after: tenure.checkpoint.position, filter: tenure.filter, limit: .random(in: batch)))
      }
    }
  }

  func withProjectorClient<R: Sendable>(_ body: (PostgresClient) async throws -> R) async throws -> R {
    try await withClient(migrator.configuration("toy", as: .projector), body)
  }

  func runner(_ holder: String, limits: ProjectorLimits = ProjectorLimits()) -> ProjectorRunner {
    ProjectorRunner(
      Toy.projection, log: log, leases: leases, configuration: migrator.configuration("toy", as: .projector), holder: holder,
      limits: limits, logger: quietLogger)
  }

  var replay: Replay {
    var limits = ReplayLimits()
    limits.pageEvents = 37
    limits.windowBytes = 20_000
    return Replay(Toy.projection, log: log, migrator: migrator, limits: limits, logger: quietLogger)
  }

  /// All rows of all tables as text, in order.
  func rows() async throws -> [String] {
    var rows: [String] = []
    for table in Toy.projection.tables {
      let name = "\(table.part.rawValue).\(table.name)"
      rows += try await client.query(.unprepared("select '\(name) ' || t::text from \(name) t order by 1")).map { try $0.string(0) }
    }
    return rows
  }

  func execute(_ sql: String) async throws { try await client.executeScript(sql) }

  func number(_ sql: String) async throws -> Int64 { try await client.query(.unprepared(sql))[0].int64(0) }
}

/// Runs `body` with a toy database, which is dropped whatever happens.
func withToy<R: Sendable>(_ body: (ToyPlace) async throws -> R) async throws -> R {
  let folder = "\(FileManager.default.temporaryDirectory.path)/toy-\(UUID().uuidString)"
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try write("-- migrate:up\n\(Toy.live)", "\(folder)/toy/generation/live/1_toy.sql")
  try write("-- migrate:up\n\(Toy.copies)", "\(folder)/toy/generation/copies/1_toy.sql")
  // The bookkeeping that every read database has.
  try FileManager.default.createSymbolicLink(atPath: "\(folder)/shared", withDestinationPath: "\(projectSchema)/shared")

  let migrator = try Migrator(
    adminURL: try TestDatabase.server().urlWithPassword(), schemaDirectory: folder, passwordSeed: "toys",
    prefix: "p\(UInt32.random(in: 0 ... .max))_", logger: quietLogger)
  let result: R
  do {
    try await migrator.up(["toy"])
    result = try await withClient(migrator.configuration("toy", as: .owner)) { client in
      try await body(ToyPlace(migrator: migrator, client: client))
    }
  } catch {
    try? await migrator.dropEverything()
    throw error
  }
  try await migrator.dropEverything()
  return result
}

private func write(_ text: String, _ path: String) throws {
  let folder = path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  try Data(text.utf8).write(to: URL(filePath: path))
}

func withClient<R: Sendable>(_ configuration: PostgresConfiguration, _ body: (PostgresClient) async throws -> R) async throws -> R {
  let client = PostgresClient(configuration, logger: quietLogger)
  let result: R
  do {
    result = try await body(client)
  } catch {
    await client.close()
    throw error
  }
  await client.close()
  return result
}

/// Runs a projector beside `body`, and stops it when `body` is done.
func withRunner<R: Sendable>(_ runner: ProjectorRunner, _ body: @Sendable @escaping () async throws -> R) async throws -> R {
  try await withThrowingTaskGroup(of: R?.self) { group in
    group.addTask {
      try await runner.run()
      return nil
    }
    group.addTask { try await body() }
    var result: R?
    while result == nil, let next = try await group.next() { result = next }
    group.cancelAll()
    return try #require(result)
  }
}

/// Waits until `condition` holds, at most for a while; `what` names it in the failure.
func eventually(_ what: String, within seconds: Double = 30, _ condition: () async throws -> Bool) async throws {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while try await !condition() {
    guard ContinuousClock.now < deadline else {
      Issue.record("waited \(seconds) s in vain: \(what)")
      return
    }
    try await Task.sleep(for: .milliseconds(5))
  }
}

/// Leases whose clock stands still: they end when given back, or by `expire`.
final class MemoryLeases: SubscriptionStore {
  private let state = Mutex<[String: (holder: String?, epoch: Int64)]>([:])

  func acquireLease(_ lease: String, holder: String, lifetime: Duration) async throws -> Int64? {
    state.withLock { leases in
      let now = leases[lease] ?? (nil, 0)
      if now.holder == holder { return now.epoch }
      guard now.holder == nil else { return nil }
      leases[lease] = (holder, now.epoch + 1)
      return now.epoch + 1
    }
  }

  func releaseLease(_ lease: String, holder: String) async throws {
    state.withLock { leases in
      if leases[lease]?.holder == holder { leases[lease]?.holder = nil }
    }
  }

  /// Has every lease free for the next who asks.
  func expire() {
    state.withLock { leases in
      for name in leases.keys { leases[name]?.holder = nil }
    }
  }

  func openSubscription(_ subscription: String, epoch: Int64) async throws -> Position? { nil }
  func advanceSubscription(_ subscription: String, from: Position, to: Position, epoch: Int64) async throws -> Bool { false }
  func subscriptionPosition(_ subscription: String) async throws -> Position? { nil }
}

/// Set once, seen by all.
final class Flag: Sendable {
  private let state = Mutex(false)
  var isSet: Bool { state.withLock { $0 } }
  func set() { state.withLock { $0 = true } }
}
