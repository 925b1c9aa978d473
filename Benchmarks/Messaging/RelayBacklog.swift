import EventSourcing
import EventStore
import Foundation
import Messaging
import Migrations
import Postgres
import RabbitMQ

/// `relay.backlog`: a log of public events that nobody has published, published by the relay with its ledger, into one durable quorum queue;
/// beside a publisher that does nothing but publish messages of 400 bytes into such a queue, in the same window.
enum RelayBacklog {
  static let events = 50_000
  private static let key = "products.product.deleted"

  static func measure(_ bench: Bench) async throws -> [Measurement] {
    guard let url = bench.settings.environment["RABBITMQ_URL"] else { throw NotMeasurable("RABBITMQ_URL is not set") }
    let configuration = try RabbitMQConfiguration(url: url)
    let name = "bench-\(UUID().uuidString.lowercased())"
    let consumer = Consumer(queue: "relayed", routingKeys: [key], types: ["ProductDeleted"], subscription: "relayed")
    let client = RabbitMQClient(configuration, logger: bench.settings.logger)
    let prefix = name + "-"
    let queues = [prefix + consumer.queue, prefix + Consumer.deadLetters]
    let result: Result<[Measurement], any Error>
    do {
      try await client.apply(Consumer.topology(of: [consumer], exchange: name, prefix: prefix))
      result = .success(try await measure(bench, client, configuration, exchange: name, queue: queues[0], consumer))
    } catch {
      result = .failure(error)
    }
    for queue in queues { try? await client.deleteQueue(queue) }
    try? await client.deleteExchange(name)
    await client.close()
    return try result.get()
  }

  private static func measure(
    _ bench: Bench, _ client: RabbitMQClient, _ broker: RabbitMQConfiguration, exchange: String, queue: String, _ consumer: Consumer
  ) async throws -> [Measurement] {
    let window = broker.maximumInFlight
    return try await ScratchServer.with(["event_store", "messages_broker"], bench.settings) { server in
      let log = server.log()
      say("  filling a log with \(events) events")
      try await fill(log)
      try await server.settle("event_store")
      say("  a bare publisher")
      let seconds = try await Task.detached {
        try BarePublisher.publish(events, bytes: 400, exchange: exchange, routingKey: key, window: window, to: broker)
      }.value
      _ = try await client.purge(queue)
      say("  the relay")
      let ledgerClient = PostgresClient(server.migrator.configuration("messages_broker", as: .projector), logger: bench.settings.logger)
      var configuration = RelayConfiguration()
      configuration.exchange = exchange
      let relay = Relay(
        log: log, subscriptions: log, broker: RabbitMQClient(broker, logger: bench.settings.logger),
        ledger: Ledger(client: ledgerClient, consumers: [consumer]), holder: "bench", configuration: configuration,
        logger: bench.settings.logger)
      let begin = monotonicMicroseconds()
      let running = Task { try await relay.run() }
      while relay.status.confirmedCount < events {
        guard monotonicMicroseconds() - begin < 300_000_000 else {
          throw BenchmarkError("the relay does not come to an end: \(relay.status)")
        }
        try await Task.sleep(for: .milliseconds(5))
      }
      let elapsed = Double(monotonicMicroseconds() - begin) / 1_000_000
      running.cancel()
      try await running.value
      let rows = try await ledgerClient.query(.unprepared("select count(*) from ops.messages where status = 'published'"))[0].int64(0)
      let waiting = try await client.state(of: queue).messages
      await ledgerClient.close()
      await log.close()
      guard rows == events, waiting == events else { throw BenchmarkError("\(rows) rows and \(waiting) messages of \(events) events") }
      return [
        Measurement(
          name: "relay.backlog", value: Double(events) / elapsed, unit: "messages/s",
          baseline: Baseline(name: "librabbitmq alone, 400 bytes", value: Double(events) / seconds), target: .ratio(0.8),
          settings: [
            ("events", String(events)), ("queue", "one, quorum"), ("messages without verdict", String(window)),
            ("ledger", "a row each, before the relay's place moves"),
          ])
      ]
    }
  }

  private static func fill(_ log: PostgresEventLog) async throws {
    let now = Timestamp.now()
    for first in stride(from: 0, to: events, by: 100) {
      let streams = (first..<first + 100).map { number in
        StreamAppend(
          stream: StreamName(rawValue: "product-\(number)"), expected: .noStream,
          events: [
            EventData(
              type: "ProductDeleted", isPublic: true,
              payload: Array(#"{"product_id":\#(number),"ref":"REF-\#(number)","reason":"no longer made"}"#.utf8), occurredAt: now)
          ])
      }
      _ = try await log.append(Append(streams: streams))
    }
  }
}
