import EventSourcing
import FoundationEssentials
import Logging
import RabbitMQ
import Synchronization

/// Gathers what becomes of a consumer's messages, and reports it in batches.
///
/// A report that the broker does not take is sent again with the next one. What is lost with the process is found by the ledger, which
/// knows how far each consumer has come.
final class LedgerReporter: Sendable {
  /// Gathered entries beyond this many are forgotten, the oldest first: the broker has been away for long.
  private static let maximumWaiting = 100_000

  private struct State {
    var waiting: [LedgerReport.Entry] = []
    var publisher: RabbitMQPublisher?
  }

  private let queue: String
  private let consumer: String
  private let ledger: LedgerKeeper.Configuration
  private let broker: RabbitMQClient
  private let logger: Logger
  private let state = Mutex(State())

  init(of queue: String, consumer: String, ledger: LedgerKeeper.Configuration, broker: RabbitMQClient, logger: Logger) {
    self.queue = queue
    self.consumer = String(consumer.prefix(255))
    self.ledger = ledger
    self.broker = broker
    self.logger = logger
  }

  func add(_ message: RecordedEvent, _ outcome: LedgerReport.Outcome) {
    let entry = LedgerReport.Entry(
      messageID: message.id.uuidString.lowercased(), position: message.position, outcome: outcome, at: .now())
    let forgotten = state.withLock { state in
      state.waiting.append(entry)
      guard state.waiting.count > Self.maximumWaiting else { return 0 }
      state.waiting.removeFirst(Self.maximumWaiting / 10)
      return Self.maximumWaiting / 10
    }
    if forgotten > 0 {
      logger.warning("reports to the ledger were forgotten", metadata: ["queue": "\(queue)", "count": "\(forgotten)"])
    }
  }

  /// Sends what was gathered, and waits until the broker has it. By one task at a time.
  func flush() async {
    let entries = state.withLock { $0.waiting }
    guard !entries.isEmpty else { return }
    do {
      let publisher = try await openPublisher()
      let messages = stride(from: 0, to: entries.count, by: LedgerReport.maximumEntries).map { start in
        let part = Array(entries[start..<min(entries.count, start + LedgerReport.maximumEntries)])
        return LedgerReport(queue: queue, consumer: consumer, entries: part)
          .message(id: UUID().uuidString.lowercased(), exchange: ledger.auditExchange)
      }
      let outcomes = try await publisher.send(messages).outcomes()
      guard outcomes.allSatisfy({ $0 == .confirmed }) else {
        logger.warning("reports to the ledger were not taken", metadata: ["queue": "\(queue)"])
        return
      }
      state.withLock { $0.waiting.removeFirst(min(entries.count, $0.waiting.count)) }
    } catch {
      state.withLock { $0.publisher = nil }
      logger.warning("the ledger cannot be told", metadata: ["queue": "\(queue)", "error": "\(error)"])
    }
  }

  private func openPublisher() async throws(RabbitMQError) -> RabbitMQPublisher {
    if let publisher = state.withLock({ $0.publisher }) { return publisher }
    // The queue too: what is told before the ledger runs waits there.
    try await broker.apply(LedgerKeeper.topology(ledger))
    let publisher = try await broker.publisher()
    state.withLock { $0.publisher = publisher }
    return publisher
  }
}
