import EventSourcing
import Logging
import Messaging
import Migrations
import Postgres
import PostgresTesting
import RabbitMQ
import Testing

/// A ledger in a database of one test's own, and a listener of whose messages it tells.
struct Books {
  let listener: Listener
  /// As the role that writes.
  let client: PostgresClient
  let ledger: Ledger
  /// As the gateway has it.
  let operators: Ledger
  let consumer: Consumer

  var newsroom: Newsroom { listener.newsroom }
  private var audit: String { listener.prefix + "audit" }

  private static let schema = String(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()) + "/schema"

  static func use(_ body: (Books) async throws -> Void) async throws {
    let migrator = try Migrator(
      adminURL: try TestDatabase.server().urlWithPassword(), schemaDirectory: schema, passwordSeed: "a seed for tests",
      prefix: "l\(UInt32.random(in: 0 ... .max))_")
    var failure: (any Error)?
    do {
      try await migrator.up(["messages_broker"])
      let writer = PostgresClient(migrator.configuration("messages_broker", as: .projector), logger: quietLogger)
      let reader = PostgresClient(migrator.configuration("messages_broker", as: .reader), logger: quietLogger)
      do {
        try await Listener.run(isOneSaga: false) { listener in
          let consumer = try #require(Consumer(of: listener))
          let books = Books(
            listener: listener, client: writer, ledger: Ledger(client: writer, consumers: [consumer]),
            operators: Ledger(client: reader, consumers: [consumer]), consumer: consumer)
          let result: Result<Void, any Error>
          do { result = .success(try await body(books)) } catch { result = .failure(error) }
          try? await listener.newsroom.client.deleteQueue(listener.prefix + LedgerReport.queueName)
          try? await listener.newsroom.client.deleteExchange(books.audit)
          try result.get()
        }
      } catch {
        failure = error
      }
      await writer.close()
      await reader.close()
    } catch {
      failure = error
    }
    try await migrator.dropEverything()
    if let failure { throw failure }
  }

  /// Runs the relay and the ledger's keeper while a test goes on.
  func running(
    retention: Duration = .seconds(3_600), topologyInterval: Duration = .seconds(3_600),
    change: (inout RelayConfiguration) -> Void = { _ in },
    _ body: (Relay) async throws -> Void
  ) async throws {
    var configuration = LedgerKeeper.Configuration()
    configuration.exchange = newsroom.exchange
    configuration.auditExchange = audit
    configuration.topologyInterval = topologyInterval
    configuration.prefix = listener.prefix
    configuration.retention = retention
    configuration.housekeepingInterval = .milliseconds(100)
    configuration.pause = .milliseconds(20)
    let keeper = LedgerKeeper(
      ledger, consumers: [consumer], subscriptions: newsroom.subscriptions,
      broker: RabbitMQClient(try Newsroom.broker(), logger: quietLogger), holder: "keeper", configuration: configuration,
      logger: quietLogger)
    let keeping = Task { try await keeper.run() }
    let result: Result<Void, any Error>
    do {
      result = .success(try await newsroom.running(try newsroom.relay(ledger: ledger, change: change), body))
    } catch {
      result = .failure(error)
    }
    keeping.cancel()
    try await keeping.value
    try result.get()
  }

  /// Runs the listener while a test goes on.
  func listening(_ body: () async throws -> Void) async throws {
    try await listener.running(reportingTo: audit) { _ in try await body() }
  }

  func verifier(_ consumers: [Consumer]? = nil) -> LedgerVerifier {
    LedgerVerifier(
      log: newsroom.log, ledger: ledger, consumers: consumers ?? [consumer], subscriptions: newsroom.subscriptions,
      broker: newsroom.client, prefix: listener.prefix)
  }

  /// How many messages are in which state, as `queue status`.
  func states() async throws -> [String: Int64] {
    var found: [String: Int64] = [:]
    let statement = PostgresStatement("books.states", "select queue || ' ' || status, count(*) from ops.messages group by 1")
    for row in try await client.query(statement) { found[try row.string(0)] = try row.int64(1) }
    return found
  }

  /// Messages that wait, as `attempts can_retry exception`, and their ids.
  func failures() async throws -> [(id: Int64, text: String)] {
    let statement = PostgresStatement(
      "books.failures", "select id, failed_attempts || ' ' || can_retry || ' ' || exception from ops.failed_messages order by id")
    return try await client.query(statement).map { (try $0.int64(0), try $0.string(1)) }
  }

  func execute(_ sql: String) async throws { try await client.executeScript(sql) }
}
