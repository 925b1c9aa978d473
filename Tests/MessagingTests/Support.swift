import EventSourcing
import EventStoreTesting
import Foundation
import JSON
import Logging
import Messaging
import RabbitMQ
import Testing

let quietLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A log in memory, and an exchange of the test's own on the broker of the test run.
struct Newsroom {
  let log = InMemoryEventLog()
  let subscriptions = InMemorySubscriptionStore()
  let exchange = "test-exchange-\(UUID().uuidString.lowercased())"
  let queue = "test-queue-\(UUID().uuidString.lowercased())"
  let client: RabbitMQClient

  static func broker() throws -> RabbitMQConfiguration {
    try RabbitMQConfiguration(
      url: #require(ProcessInfo.processInfo.environment["COMPTOIR_TEST_RABBITMQ_URL"], "COMPTOIR_TEST_RABBITMQ_URL"))
  }

  /// Runs a test, and deletes what it made on the broker.
  /// - Parameter keys: what the queue is bound to.
  static func run(keys: [String] = ["#"], _ body: (Newsroom) async throws -> Void) async throws {
    let newsroom = Newsroom(client: RabbitMQClient(try broker(), logger: quietLogger))
    let result: Result<Void, any Error>
    do {
      try await newsroom.client.apply(
        RabbitMQTopology(
          exchanges: [RabbitMQExchange(newsroom.exchange, .topic)], queues: [RabbitMQQueue(newsroom.queue)],
          bindings: keys.map { RabbitMQBinding(exchange: newsroom.exchange, queue: newsroom.queue, routingKey: $0) }))
      try await body(newsroom)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    try? await newsroom.client.deleteQueue(newsroom.queue)
    try? await newsroom.client.deleteExchange(newsroom.exchange)
    await newsroom.client.close()
    try result.get()
  }

  func relay(
    holder: String = "one", through broker: RabbitMQConfiguration? = nil, ledger: Ledger? = nil,
    change: (inout RelayConfiguration) -> Void = { _ in }
  ) throws -> Relay {
    var configuration = RelayConfiguration()
    configuration.exchange = exchange
    configuration.idleWait = .milliseconds(20)
    configuration.checkpointInterval = .milliseconds(5)
    configuration.leaseInterval = .milliseconds(50)
    configuration.pageSize = 50
    change(&configuration)
    var target = try broker ?? Self.broker()
    target.reconnectBackoff = .milliseconds(20) ... .milliseconds(100)
    return Relay(
      log: log, subscriptions: subscriptions, broker: RabbitMQClient(target, logger: quietLogger), ledger: ledger,
      holder: holder, configuration: configuration, logger: quietLogger)
  }

  /// Runs a relay while a test goes on.
  func running(_ relay: Relay, _ body: (Relay) async throws -> Void) async throws {
    let task = Task { try await relay.run() }
    do {
      try await body(relay)
    } catch {
      task.cancel()
      throw error
    }
    task.cancel()
    try await task.value
  }

  /// Appends public events that a product was deleted.
  func deleteProducts(_ numbers: some Sequence<Int>) async throws {
    for number in numbers {
      try await append("product-\(number)", "ProductDeleted", #"{"product_id":\#(number),"ref":"R\#(number)","reason":null}"#)
    }
  }

  @discardableResult
  func append(
    _ stream: String, _ type: String, _ payload: String, isPublic: Bool = true, context: CommandContext = CommandContext()
  ) async throws
    -> AppendResult
  {
    try await log.append(
      Append(
        streams: [
          StreamAppend(
            stream: StreamName(rawValue: stream), expected: .any,
            events: [EventData(type: type, isPublic: isPublic, payload: Array(payload.utf8), occurredAt: InMemoryEventLog.defaultStart)])
        ], context: context))
  }

  /// Waits until all of the log is published, confirmed and written down.
  func settle(_ relay: Relay) async throws {
    let head = try await log.head()
    try await until("publishing all events") {
      let saved = try await subscriptions.subscriptionPosition(Relay.subscription)
      return relay.status.position == head && saved == head
    }
  }

  func until(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try await !condition() {
      if ContinuousClock.now > deadline {
        Issue.record("\(what) took too long")
        throw TookTooLong()
      }
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  struct TookTooLong: Error {}

  /// Takes so many messages off the queue.
  func take(_ count: Int) async throws -> [RabbitMQDelivery] {
    let consumer = try await client.consumer(of: queue, prefetch: 500)
    var taken: [RabbitMQDelivery] = []
    while taken.count < count {
      let deliveries = try await consumer.next(atMost: count - taken.count)
      taken += deliveries
      consumer.acknowledge(deliveries)
    }
    await consumer.close()
    return taken
  }
}

extension RabbitMQDelivery {
  func json() throws -> JSONValue { try JSONValue(parsing: body) }
  /// A CloudEvents attribute.
  func attribute(_ name: String) -> String? { properties.headers["cloudEvents:\(name)"]?.string }
  var position: Int64? { attribute("position").flatMap(Int64.init) }
  var previous: Int64? { attribute("previousposition").flatMap(Int64.init) }
}
