public import EventSourcing
public import Logging
public import RabbitMQ
public import ServiceLifecycle

/// Writes into the ledger what consumers report and what became a dead letter, keeps it small, and sees to it that the broker has what the
/// declared topology says.
///
/// Several may run: a queue hands its messages to one of them. A report is acknowledged when it is written, and writing it again changes
/// nothing.
public final class LedgerKeeper: Service {
  /// The bounds and rhythms of a keeper.
  public struct Configuration: Sendable, Hashable {
    public var exchange = Consumer.exchange
    public var auditExchange = LedgerReport.exchange
    /// Stands before the names of queues: several installations can share a broker's virtual host.
    public var prefix = ""
    /// How long messages that were consumed, went nowhere or were discarded are kept. Those that wait are kept longer.
    public var retention = Duration.seconds(7 * 86_400)
    /// How often it is looked what can be removed.
    public var housekeepingInterval = Duration.seconds(60)
    /// How often it is looked whether somebody deleted exchanges, queues or bindings.
    public var topologyInterval = Duration.seconds(60)
    /// How long a report waits at most for the row that it is about; longer than another relay takes to go on for one that was killed.
    public var patience = Duration.seconds(30)
    /// Pause after a failure.
    public var pause = Duration.seconds(1)

    public init() {}
  }

  /// The lease of whoever removes rows, and the subscription that tells up to where they were.
  static let floor = "ledger-floor"

  private let ledger: Ledger
  private let consumers: [Consumer]
  private let subscriptions: any SubscriptionStore
  private let broker: RabbitMQClient
  private let holder: String
  private let configuration: Configuration
  private let logger: Logger

  /// - Parameters:
  ///   - consumers: those of the declared topology.
  ///   - broker: closed with the keeper.
  ///   - holder: names this process for the lease; no two processes use the same.
  public init(
    _ ledger: Ledger, consumers: [Consumer], subscriptions: any SubscriptionStore, broker: RabbitMQClient,
    holder: String, configuration: Configuration = Configuration(), logger: Logger
  ) {
    self.ledger = ledger
    self.consumers = consumers
    self.subscriptions = subscriptions
    self.broker = broker
    self.holder = holder
    self.configuration = configuration
    self.logger = logger
  }

  /// The exchange and queue of reports.
  public static func topology(_ configuration: Configuration = Configuration()) -> RabbitMQTopology {
    let queue = configuration.prefix + LedgerReport.queueName
    let dead = configuration.prefix + Consumer.deadLetters
    return RabbitMQTopology(
      exchanges: [RabbitMQExchange(configuration.auditExchange, .fanout)],
      queues: [
        RabbitMQQueue(dead, arguments: ["x-queue-type": "quorum"]),
        RabbitMQQueue(
          queue,
          arguments: [
            "x-queue-type": "quorum", "x-dead-letter-exchange": "", "x-dead-letter-routing-key": .string(dead),
            "x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish",
          ]),
      ],
      bindings: [RabbitMQBinding(exchange: configuration.auditExchange, queue: queue, routingKey: "")])
  }

  /// Runs until it is cancelled or the service group shuts down.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.repeatedly("reports", self.takeReports) }
        group.addTask { await self.repeatedly("dead letters", self.takeDeadLetters) }
        group.addTask { await self.repeatedly("housekeeping", self.keepHouse) }
        group.addTask { await self.repeatedly("topology", self.keepTopology) }
      }
    }
    await broker.close()
  }

  private func repeatedly(_ what: String, _ body: () async throws -> Void) async {
    while !Task.isCancelled {
      do {
        try await body()
      } catch {
        if Task.isCancelled { return }
        logger.warning("ledger interrupted", metadata: ["part": "\(what)", "error": "\(error)"])
        try? await Task.sleep(for: configuration.pause)
      }
    }
  }

  // MARK: Reports

  private func takeReports() async throws {
    let reader = try await consumer(of: LedgerReport.queueName)
    while true {
      let deliveries = try await reader.next(atMost: 64)
      var reports: [LedgerReport] = []
      var good: [RabbitMQDelivery] = []
      for delivery in deliveries {
        guard let report = LedgerReport(parsing: delivery.body) else {
          reader.reject(delivery, requeue: false)
          continue
        }
        reports.append(report)
        good.append(delivery)
      }
      try await waitForRows(reports)
      try await ledger.apply(reports)
      reader.acknowledge(good)
    }
  }

  /// A consumer can be faster than the relay, which notes a message when it is confirmed.
  private func waitForRows(_ reports: [LedgerReport]) async throws {
    let last = reports.flatMap(\.entries).compactMap(\.position).max() ?? .start
    let deadline = ContinuousClock.now + configuration.patience
    while try await ledger.position() < last, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
  }

  private func consumer(of queue: String) async throws(RabbitMQError) -> RabbitMQConsumer {
    try await broker.apply(Self.topology(configuration))
    return try await broker.consumer(of: configuration.prefix + queue, prefetch: 512)
  }

  // MARK: Dead letters

  /// Messages that were refused for good stand in the ledger, and leave the queue.
  private func takeDeadLetters() async throws {
    let reader = try await consumer(of: Consumer.deadLetters)
    while true {
      for delivery in try await reader.next(atMost: 64) {
        let origin = Self.origin(delivery)
        let queue = origin.queue.hasPrefix(configuration.prefix) ? String(origin.queue.dropFirst(configuration.prefix.count)) : origin.queue
        try await ledger.refused(delivery, id: Self.id(of: delivery), queue: queue, reason: origin.reason)
        reader.acknowledge([delivery])
      }
    }
  }

  /// One without a name is told from others by what it says.
  private static func id(of delivery: RabbitMQDelivery) -> String {
    if let id = delivery.properties.messageID, !id.isEmpty, !id.utf8.contains(0) { return id }
    // FNV-1a.
    return "unnamed-\(delivery.body.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })"
  }

  /// Which queue gave a dead letter up, and why, as the broker notes it (<https://www.rabbitmq.com/docs/dlx>).
  private static func origin(_ delivery: RabbitMQDelivery) -> (queue: String, reason: String) {
    let headers = delivery.properties.headers
    let reason =
      switch headers["x-first-death-reason"]?.string {
      case "rejected": "it lacks what the relay writes, or cannot be read"
      case let other?: other
      case nil: "unknown"
      }
    return (headers["x-first-death-queue"]?.string ?? "", reason)
  }

  // MARK: Topology

  /// Names what somebody deleted or made otherwise, and makes what is missing, bindings too.
  private func keepTopology() async throws {
    let declared =
      Consumer.topology(of: consumers, exchange: configuration.exchange, prefix: configuration.prefix) + Self.topology(configuration)
    while true {
      for difference in try await broker.differences(from: declared) {
        logger.warning("the broker is not as it should be", metadata: ["difference": "\(difference)"])
      }
      try await broker.apply(declared)
      try await Task.sleep(for: configuration.topologyInterval)
    }
  }

  // MARK: Housekeeping

  private func keepHouse() async throws {
    while true {
      let lifetime = configuration.housekeepingInterval * 2
      if let epoch = try await subscriptions.acquireLease(Self.floor, holder: holder, lifetime: lifetime) { try await clean(epoch) }
      try await Task.sleep(for: configuration.housekeepingInterval)
    }
  }

  private func clean(_ epoch: Int64) async throws {
    let isNew = try await subscriptions.subscriptionPosition(Self.floor) == nil
    guard var floor = try await subscriptions.openSubscription(Self.floor, epoch: epoch) else { return }
    func raise(to position: Position) async throws {
      guard position > floor else { return }
      _ = try await subscriptions.advanceSubscription(Self.floor, from: floor, to: position, epoch: epoch)
      floor = position
    }
    if isNew { try await raise(to: beginning()) }
    for consumer in consumers {
      guard let handled = try await subscriptions.subscriptionPosition(consumer.subscription) else { continue }
      try await ledger.settle(consumer.queue, through: handled)
    }
    // First the floor: what is removed is not to be missed.
    while let last = try await ledger.removable(olderThan: configuration.retention) {
      try await raise(to: last)
      try await ledger.removeSettled(olderThan: configuration.retention, through: last)
    }
  }

  /// Before what stands where the ledger began: a relay may have published without one. How far it was is asked first, since what it
  /// publishes meanwhile it notes before it writes its place down.
  private func beginning() async throws -> Position {
    let published = try await subscriptions.subscriptionPosition(Relay.subscription) ?? .start
    return try await ledger.firstPosition().map { Position($0.rawValue - 1) } ?? published
  }
}
