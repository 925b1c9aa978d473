import Crypto
import EventSourcing
import EventStoreTesting
import Foundation
import JSON
import Messaging
import Migrations
import Postgres
import PostgresTesting
import Synchronization
import Testing

/// A log in memory, the webhooks' tables in a database of one test's own, a receiver, and a clock that the test moves.
final class WebhookBench: Sendable {
  let log = InMemoryEventLog()
  let subscriptions = InMemorySubscriptionStore()
  let secrets = WebhookSecrets(key: SymmetricKey(data: Array(repeating: 7, count: 32)))
  let receiver: WebhookReceiver
  let port: Int
  /// As the gateway has it.
  let operators: WebhookStore
  private let time = Mutex(InMemoryEventLog.defaultStart)
  private let migrator: Migrator
  private let client: PostgresClient

  private static let schema = String(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()) + "/schema"

  private init(_ migrator: Migrator, _ client: PostgresClient, _ reader: PostgresClient, _ receiver: WebhookReceiver, _ port: Int) {
    self.migrator = migrator
    self.client = client
    self.receiver = receiver
    self.port = port
    operators = WebhookStore(client: reader)
  }

  static func use(_ body: (WebhookBench) async throws -> Void) async throws {
    let migrator = try Migrator(
      adminURL: try TestDatabase.server().urlWithPassword(), schemaDirectory: schema, passwordSeed: "a seed for tests",
      prefix: "w\(UInt32.random(in: 0 ... .max))_")
    let result: Result<Void, any Error>
    do {
      try await migrator.up(["messages_broker"])
      let writer = PostgresClient(migrator.configuration("messages_broker", as: .projector), logger: quietLogger)
      let reader = PostgresClient(migrator.configuration("messages_broker", as: .reader), logger: quietLogger)
      let outcome: Result<Void, any Error>
      do {
        try await WebhookReceiver.with { receiver, port in try await body(WebhookBench(migrator, writer, reader, receiver, port)) }
        outcome = .success(())
      } catch {
        outcome = .failure(error)
      }
      await writer.close()
      await reader.close()
      result = outcome
    } catch {
      result = .failure(error)
    }
    try await migrator.dropEverything()
    try result.get()
  }

  // MARK: Time

  var now: Timestamp { time.withLock { $0 } }

  func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }

  // MARK: What runs

  /// A client of the tables for one process, which its test may close.
  func writer() -> PostgresClient { PostgresClient(migrator.configuration("messages_broker", as: .projector), logger: quietLogger) }

  func webhooks(
    _ holder: String = "one", through client: PostgresClient? = nil, guardian: WebhookGuard = WebhookGuard(allowsPrivate: true),
    change: (inout WebhookConfiguration) -> Void = { _ in }
  ) -> Webhooks {
    var configuration = WebhookConfiguration()
    configuration.idleWait = .milliseconds(20)
    configuration.planInterval = .milliseconds(2)
    configuration.leaseInterval = .milliseconds(100)
    configuration.pause = .milliseconds(20)
    configuration.now = { self.now }
    configuration.publicURL = "https://shop.example"
    change(&configuration)
    return Webhooks(
      log: log, store: WebhookStore(client: client ?? self.client), subscriptions: subscriptions, secrets: secrets, guardian: guardian,
      holder: holder, configuration: configuration, logger: quietLogger)
  }

  /// Runs some while a test goes on.
  func running(_ webhooks: Webhooks..., body: () async throws -> Void) async throws {
    let tasks = webhooks.map { webhooks in Task { try await webhooks.run() } }
    let result: Result<Void, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    for task in tasks { task.cancel() }
    for task in tasks { try await task.value }
    try result.get()
  }

  // MARK: What happens

  /// Makes a subscription that begins at the head of the log.
  func subscribe(_ patterns: String..., path: String = "/hook", url: String? = nil) async throws -> WebhookStore.SecretName {
    let draft = WebhookStore.Draft(
      url: try WebhookURL(url ?? "http://127.0.0.1:\(port)\(path)"), description: nil,
      patterns: patterns.map { RoutingPattern($0)! }, position: try await log.head(), createdBy: 1)
    return try await operators.create(draft, now: now).secret
  }

  /// Appends public events that a product was deleted.
  func deleteProducts(_ numbers: some Sequence<Int>, ref: String = "R", isPublic: Bool = true) async throws {
    for number in numbers {
      let payload = #"{"product_id":\#(number),"ref":"\#(ref)\#(number)","reason":null}"#
      _ = try await log.append(
        Append(streams: [
          StreamAppend(
            stream: StreamName(rawValue: "product-\(number)"), expected: .any,
            events: [
              EventData(
                type: "ProductDeleted", isPublic: isPublic, payload: Array(payload.utf8), occurredAt: InMemoryEventLog.defaultStart)
            ])
        ]))
    }
  }

  // MARK: What came of it

  /// Rows of deliveries in the order in which they were planned: a text each of the columns that are asked for.
  func deliveries(_ columns: String = "state || ' ' || attempts") async throws -> [String] {
    let statement = PostgresStatement.unprepared("select coalesce((\(columns))::text, 'null') from ops.webhook_deliveries order by id")
    return try await client.query(statement).map { try $0.string(0) }
  }

  /// The same of subscriptions.
  func states(_ columns: String = "state") async throws -> [String] {
    let statement = PostgresStatement.unprepared("select coalesce((\(columns))::text, 'null') from ops.webhook_subscriptions order by id")
    return try await client.query(statement).map { try $0.string(0) }
  }

  func deliveryIDs() async throws -> [Int64] { try await deliveries("id").map { Int64($0)! } }

  func execute(_ sql: String) async throws { try await client.executeScript(sql) }

  func until(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    while try await !condition() {
      if ContinuousClock.now > deadline {
        Issue.record(
          "\(what) took too long: \(try await deliveries("state || attempts || coalesce(last_error, '')")), \(try await states())")
        throw Newsroom.TookTooLong()
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Waits until all that is planned got through, and everything in the log is planned.
  func delivered(_ count: Int) async throws {
    let head = "\(try await log.head())"
    try await until("\(count) deliveries") {
      let isPlanned = try await states("position").allSatisfy { $0 == head }
      let delivered = try await deliveries("state").count(where: { $0 == "delivered" })
      return isPlanned && delivered == count
    }
  }
}
