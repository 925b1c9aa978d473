import Aggregates
import EventSourcing
import EventStore
import Logging
import Migrations
import Postgres
import PostgresTesting
import ProcessManagers
import Testing

/// A shop over databases of its own, run by two processes that know nothing of each other.
final class Shop: Sendable {
  let migrator: Migrator
  let processes: [ShopProcess]
  /// The provider, which both processes ask.
  let payments: SandboxPayments

  private init(_ migrator: Migrator, _ processes: [ShopProcess], _ payments: SandboxPayments) {
    self.migrator = migrator
    self.processes = processes
    self.payments = payments
  }

  /// What the roles' passwords follow from.
  static let passwordSeed = "a seed for tests"

  var one: ShopProcess { processes[0] }
  var two: ShopProcess { processes[1] }

  /// The process that serves a request: they take turns.
  func process(_ request: Int) -> ShopProcess { processes[request % processes.count] }

  /// Patience that a busy machine does not wear out: what is refused here is refused by a rule, not by a clock.
  static var patient: CheckoutTimeouts {
    var timeouts = CheckoutTimeouts()
    timeouts.stock = .seconds(600)
    timeouts.authorisation = .seconds(600)
    timeouts.capture = .seconds(600)
    timeouts.hold = .seconds(3_600)
    return timeouts
  }

  /// Runs `body` with a shop whose databases nobody else has; they are dropped whatever happens.
  /// - Parameters:
  ///   - runsSagas: whether both processes run the checkout's process manager (one of them works, by its lease).
  ///   - databases: those that are made; nil for all.
  ///   - server: the administrator's URL; nil for the server that all tests share.
  ///   - prefix: stands before the names of databases and roles; nil for one that nobody else has.
  static func open(
    on server: String? = nil, prefix: String? = nil, runsSagas: Bool = true, timeouts: CheckoutTimeouts = patient,
    databases: [String]? = ["event_store", "subject_keys"],
    _ body: (Shop) async throws -> Void
  ) async throws {
    let logger = Logger(label: "shop.tests") { _ in SwiftLogNoOpLogHandler() }
    let migrator = try Migrator(
      adminURL: try server ?? TestDatabase.server().urlWithPassword(), schemaDirectory: projectSchema, passwordSeed: passwordSeed,
      prefix: prefix ?? "shop\(UInt32.random(in: 0 ... .max))_", logger: logger)
    try await cleaningUp(
      {
        try await migrator.up(databases)
        let payments = SandboxPayments(keepsLedger: true)
        let processes = ["one", "two"].map { name in
          // A busy machine answers late; how late is measured elsewhere.
          var log = migrator.configuration("event_store", as: .app)
          log.statementTimeout = .seconds(30)
          let keys = migrator.configuration("subject_keys", as: .app)
          return ShopProcess(name, log: log, keys: keys, payments: payments, timeouts: timeouts, logger: logger)
        }
        let shop = Shop(migrator, processes, payments)
        if databases?.contains("event_store") == true { try await shop.seedStatuses() }
        try await cleaningUp(
          {
            let running = runsSagas ? processes.map { process in Task { try await process.run() } } : []
            try await cleaningUp(
              { try await body(shop) },
              {
                for task in running { task.cancel() }
                for task in running { _ = await task.result }
              })
          },
          { for process in processes { await process.close() } })
      },
      { try await migrator.dropEverything() })
  }

  private static func cleaningUp(_ body: () async throws -> Void, _ cleaning: () async throws -> Void) async throws {
    do {
      try await body()
    } catch {
      // The body's error says more than a failure to clean up after it.
      try? await cleaning()
      throw error
    }
    try await cleaning()
  }

  /// The rows that orders' rows point to. The real program brings its own default rows.
  private func seedStatuses() async throws {
    for (id, row) in OrderStatus.defaultRows { try await one.send(SeedReference<OrderStatus>(id: id, row: row)) }
  }

  // MARK: Waiting

  /// Waits until every saga has gone as far as it can: all messages are handled, and handling them has made no more.
  func settle(_ location: SourceLocation = #_sourceLocation) async throws {
    try await until("handling all messages", location) {
      // The head is read after the statuses: what a message led to was written before it counted as handled, so a head that is not
      // beyond a runner with nothing in flight cannot move any more.
      let statuses = self.processes.map { $0.runner.status }
      let head = try await self.one.log.head()
      return statuses.contains { $0.isActive && $0.inFlight == 0 && $0.position >= head && $0.parked.isEmpty }
    }
  }

  func until(
    _ what: String, within limit: Duration = .seconds(120), every pause: Duration = .milliseconds(10),
    _ location: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
  ) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
      if ContinuousClock.now > deadline {
        let statuses = processes.map { "\($0.runner.status)" }
        Issue.record("\(what) took too long; process managers: \(statuses)", sourceLocation: location)
        throw TookTooLong()
      }
      try await Task.sleep(for: pause)
    }
  }

  struct TookTooLong: Error {}

  /// Everything that is in the log now.
  func ledger() async throws -> Ledger {
    var events: [RecordedEvent] = []
    var position = Position.start
    let head = try await one.log.head()
    while position < head {
      let page = try await one.log.readLog(after: position, filter: .all, limit: 5_000)
      events += page.events
      position = page.position
    }
    return try Ledger(events)
  }
}

/// The project's own `schema/`.
let projectSchema = String(#filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()) + "/schema"
