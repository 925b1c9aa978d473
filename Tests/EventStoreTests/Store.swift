import EventSourcing
import FoundationEssentials
import Logging
import Migrations
import Postgres
import PostgresTesting
import Synchronization
import Testing

@testable import EventStore

let quietLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// The project's own `schema/`.
let projectSchema = String(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()) + "/schema"

/// An event store of a test's own, on the shared server or one of its own.
final class Store: Sendable {
  let migrator: Migrator
  private let closing = Mutex<[@Sendable () async -> Void]>([])
  /// As the server's administrator, in the event store's database.
  let admin: PostgresClient

  init(_ migrator: Migrator) {
    self.migrator = migrator
    admin = PostgresClient(migrator.configuration("event_store", as: .owner), logger: quietLogger)
  }

  /// A log with connections of its own: what another process would have.
  func log(keys: (any SubjectKeyStore)? = nil, _ change: (inout PostgresConfiguration) -> Void = { _ in }) -> PostgresEventLog {
    var configuration = migrator.configuration("event_store", as: .app)
    // What a busy machine takes longer for than a shop would wait is not what these tests are about.
    configuration.statementTimeout = .seconds(60)
    change(&configuration)
    let log = PostgresEventLog(configuration, keys: keys, logger: quietLogger)
    closing.withLock { $0.append { await log.close() } }
    return log
  }

  func subjectKeys() -> PostgresSubjectKeys {
    let keys = PostgresSubjectKeys(migrator.configuration("subject_keys", as: .app), logger: quietLogger)
    closing.withLock { $0.append { await keys.close() } }
    return keys
  }

  /// A client as the application's role, or another of this installation.
  func client(_ role: DatabaseRole = .app, of home: String? = nil) -> PostgresClient {
    let client = PostgresClient(migrator.configuration("event_store", as: role, of: home), logger: quietLogger)
    closing.withLock { $0.append { await client.close() } }
    return client
  }

  func close() async {
    for close in closing.withLock({ $0 }).reversed() { await close() }
    await admin.close()
  }

  /// Waits until so many sessions wait for a lock in this database.
  func waitForLockWaiters(_ count: Int) async throws {
    let waiting = PostgresStatement.unprepared(
      "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
    try await eventually("\(count) sessions wait for a lock") { try await self.admin.query(waiting)[0].int64(0) >= Int64(count) }
  }

  /// Ends the sessions that wait for a lock in this database: their clients lose their connections.
  func endLockWaiters() async throws {
    let end = PostgresStatement.unprepared(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
    _ = try await admin.query(end)
  }

  /// Runs a group by hand in a transaction that stays open until `body` has returned, as the only session that can be told apart.
  func holdingGroup(
    of appends: [Append], end: GroupEnd = .commit, while body: (_ backend: Int32) async throws -> Void
  ) async throws {
    let client = client()
    struct RolledBack: Error {}
    do {
      try await client.withTransaction { connection in
        let backend = try await connection.query(.unprepared("select pg_backend_pid()"))[0].int32(0)
        _ = try await connection.query(AppendGroup.statement, AppendGroup(appends).parameters)
        try await body(backend)
        if end == .rollback { throw RolledBack() }
      }
    } catch {
      guard error is RolledBack || end == .killed else { throw error }
    }
  }

  enum GroupEnd { case commit, rollback, killed }

  /// What is wrong with the log as a whole; empty when nothing is.
  func defects() async throws -> [String] {
    let rows = try await admin.query(
      .unprepared(
        """
        select 'position ' || position || ' after ' || before from (
          select position, lag(position, 1, 0) over (order by position) as before from event_store.events) p where position <> before + 1
        union all select stream || ' version ' || version || ' after ' || before from (
          select stream, version, lag(version, 1, 0) over (partition by stream order by position) as before from event_store.events) v
          where version <> before + 1
        union all select kind || ' ' || position from event_store.verify(0, (select position from event_store.head()))
        """))
    return try rows.map { try $0.string(0) }
  }
}

/// Runs `body` with an event store that nobody else has; databases and roles are dropped whatever happens.
func withStore<R: Sendable>(
  on url: String? = nil, databases: [String] = ["event_store"], logReaders: [String: [String]] = [:],
  _ body: (Store) async throws -> R
) async throws -> R {
  // Only the folders that are needed: the roles of all databases that are there would be made.
  let schema = "\(FileManager.default.temporaryDirectory.path)/event-store-\(UUID().uuidString)"
  defer { try? FileManager.default.removeItem(atPath: schema) }
  try FileManager.default.createDirectory(atPath: schema, withIntermediateDirectories: true)
  for folder in databases {
    try FileManager.default.createSymbolicLink(atPath: "\(schema)/\(folder)", withDestinationPath: "\(projectSchema)/\(folder)")
  }
  let migrator = try Migrator(
    adminURL: try url ?? TestDatabase.server().urlWithPassword(), schemaDirectory: schema, passwordSeed: "a seed for tests",
    logReaders: logReaders, prefix: "e\(UInt32.random(in: 0 ... .max))_", logger: quietLogger)
  let result: R
  do {
    _ = try await migrator.up(["event_store"] + databases.filter { $0 == "subject_keys" })
    let store = Store(migrator)
    do {
      result = try await body(store)
    } catch {
      await store.close()
      throw error
    }
    await store.close()
  } catch {
    // The body's error says more than a failure to clean up after it.
    try? await migrator.dropEverything()
    throw error
  }
  try await migrator.dropEverything()
  return result
}

struct NotSo: Error, CustomStringConvertible {
  let description: String
}

/// Tries until it is so, for at most 30 seconds.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
  let deadline = ContinuousClock.now + .seconds(30)
  while try await !condition() {
    guard ContinuousClock.now < deadline else { throw NotSo(description: "not so in time: \(what)") }
    try await Task.sleep(for: .milliseconds(10))
  }
}

func event(_ type: String = "Happened", payload: String = "{}", isPublic: Bool = true) -> EventData {
  EventData(type: type, isPublic: isPublic, payload: Array(payload.utf8), occurredAt: Timestamp(microseconds: 1_767_225_600_000_000))
}

func append(_ stream: String, _ expected: ExpectedVersion = .any, events: Int = 1, command: CommandID = CommandID()) -> Append {
  Append(commandID: command, streams: [part(stream, expected, events: events)])
}

func part(_ stream: String, _ expected: ExpectedVersion = .any, events: Int = 1) -> StreamAppend {
  StreamAppend(stream: StreamName(rawValue: stream), expected: expected, events: (0..<events).map { _ in event() })
}

extension PostgresEventLog {
  func verdict(_ append: Append) async -> Result<AppendResult, AppendError> {
    do {
      return .success(try await self.append(append))
    } catch {
      return .failure(error)
    }
  }

  /// Everything there is.
  func allEvents() async throws -> [RecordedEvent] {
    try await readLog(after: .start, filter: .all, limit: 100_000).events
  }
}
