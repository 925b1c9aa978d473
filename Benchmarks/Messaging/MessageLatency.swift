import EventSourcing
import EventStore
import Foundation
import Messaging
import Migrations
import Postgres
import ProcessManagers
import RabbitMQ
import ServiceLifecycle
import Synchronization

/// `messages.latency`: from the acknowledged append of a public event until a process manager of another service has handled it: relay with
/// its ledger, a durable quorum queue, and the process manager's runner with its reports, all as in service.
enum MessageLatency {
  static let rate = 500
  private static let warmUpSeconds = 3

  static func measure(_ bench: Bench) async throws -> [Measurement] {
    guard let url = bench.settings.environment["RABBITMQ_URL"] else { throw NotMeasurable("RABBITMQ_URL is not set") }
    let logger = bench.settings.logger
    let broker = try RabbitMQConfiguration(url: url)
    let name = "bench-\(UUID().uuidString.lowercased())"
    return try await ScratchServer.with(["event_store", "messages_broker"], bench.settings) { server in
      let log = server.log()
      let listener = Listener()
      let consumer = Consumer(of: listener)!
      let client = PostgresClient(server.migrator.configuration("messages_broker", as: .projector), logger: logger)
      let ledger = Ledger(client: client, consumers: [consumer])
      var relaying = RelayConfiguration()
      relaying.exchange = name
      var keeping = LedgerKeeper.Configuration()
      (keeping.exchange, keeping.auditExchange, keeping.prefix) = (name, "\(name)-audit", "\(name)-")
      var hearing = BrokerSource.Configuration()
      (hearing.exchange, hearing.auditExchange, hearing.prefix) = (name, keeping.auditExchange, keeping.prefix)
      let places = hearing
      let hears = RabbitMQClient(broker, logger: logger)
      let source: @Sendable (any MessagePort) -> (any MessageSource)? = {
        BrokerSource(of: $0, log: log, subscriptions: log, broker: hears, configuration: places, logger: logger)
      }
      let keeper = LedgerKeeper(
        ledger, consumers: [consumer], subscriptions: log, broker: RabbitMQClient(broker, logger: logger), holder: "bench",
        configuration: keeping, logger: logger)
      let relay = Relay(
        log: log, subscriptions: log, broker: RabbitMQClient(broker, logger: logger), ledger: ledger, holder: "bench",
        configuration: relaying, logger: logger)
      let runner = ProcessManagerRunner(log: log, subscriptions: log, port: listener, broker: source, holder: "bench", logger: logger)
      let services: [any Service] = [LogListener(log), keeper, relay, runner]
      let running = services.map { service in Task { try await service.run() } }
      let outcome: Result<OpenLoop.Outcome, any Error>
      do {
        outcome = .success(try await load(log, listener, server, bench.settings))
      } catch {
        outcome = .failure(error)
      }
      for service in running.reversed() {
        service.cancel()
        _ = await service.result
      }
      let topology = Consumer.topology(of: [consumer], exchange: name, prefix: keeping.prefix) + LedgerKeeper.topology(keeping)
      for queue in Set(topology.queues.map(\.name)) { try? await hears.deleteQueue(queue) }
      for exchange in topology.exchanges { try? await hears.deleteExchange(exchange.name) }
      await hears.close()
      await client.close()
      await log.close()
      let appended = try outcome.get().latency
      let expected = rate * bench.settings.duration
      guard listener.latency.count == UInt64(expected) else {
        throw BenchmarkError("\(listener.latency.count) messages were handled instead of \(expected)")
      }
      return [
        Measurement(
          name: "messages.latency.p99", value: listener.latency.milliseconds(at: 99), unit: "ms", target: .atMost(50),
          settings: [
            ("loop", "open"), ("events a second", String(rate)), ("queue", "one, quorum"), ("ledger", "with reports"),
            ("process", "appends, relay, ledger and process manager in one"), ("seconds", String(bench.settings.duration)),
            ("append_p50_ms", Table.number(appended.milliseconds(at: 50))), ("append_p99_ms", Table.number(appended.milliseconds(at: 99))),
          ] + listener.latency.settings)
      ]
    }
  }

  private static func load(
    _ log: PostgresEventLog, _ listener: Listener, _ server: ScratchServer, _ settings: Settings
  ) async throws -> OpenLoop.Outcome {
    try await server.settle("event_store")
    let outcome = try await OpenLoop.run(rate: rate, warmUpSeconds: warmUpSeconds, seconds: settings.duration) { number, counts in
      let stream = StreamName(rawValue: "product-\(number)")
      let event = EventData(
        type: Listener.type, isPublic: true,
        payload: Array(#"{"product_id":\#(number),"ref":"REF-\#(number)","reason":"no longer made"}"#.utf8), occurredAt: .now())
      _ = try await log.append(Append(streams: [StreamAppend(stream: stream, expected: .noStream, events: [event])]))
      listener.acknowledged(stream.rawValue, counts: counts)
    }
    let deadline = ContinuousClock.now + .seconds(60)
    while !listener.isDone {
      guard ContinuousClock.now < deadline else { throw BenchmarkError("some messages do not come") }
      try await Task.sleep(for: .milliseconds(5))
    }
    return outcome
  }

  /// A process manager of another service, which does nothing but hear.
  private final class Listener: MessagePort {
    static let type = "ProductDeleted"

    let name = "bench"
    let service: String? = "orders"
    let messageTypes = [Listener.type]
    let latency = Latency()
    private let state = Mutex(State())

    private struct State {
      /// When each was acknowledged, in microseconds; nil for one of the warm-up.
      var waiting: [String: Int64?] = [:]
      /// When each was handled that was not yet acknowledged.
      var early: [String: Int64] = [:]
    }

    var isDone: Bool { state.withLock { $0.waiting.isEmpty } }

    func acknowledged(_ stream: String, counts: Bool) {
      let now = monotonicMicroseconds()
      state.withLock { state in
        if state.early.removeValue(forKey: stream) == nil {
          state.waiting[stream] = .some(counts ? now : nil)
        } else if counts {
          // It was heard before whoever appended it knew.
          latency.record(microseconds: 0)
        }
      }
    }

    func handle(_ message: RecordedEvent) async throws {
      let now = monotonicMicroseconds()
      state.withLock { state in
        if let acknowledged = state.waiting.removeValue(forKey: message.stream.rawValue) {
          if let acknowledged { latency.record(microseconds: now - acknowledged) }
        } else {
          state.early[message.stream.rawValue] = now
        }
      }
    }

    func saga(of message: RecordedEvent) throws -> String { message.stream.rawValue }
    func saga(of timer: DueTimer) throws -> String? { nil }
    func fire(_ timer: DueTimer) async throws {}
    func park(_ saga: String, at message: RecordedEvent, from position: Position, tries: Int, error: String) async throws {}
    func unpark(_ saga: String, at position: Position) async throws {}
    func parkedSagas() async throws -> [String: Position] { [:] }
  }
}
