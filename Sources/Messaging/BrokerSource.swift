public import EventSourcing
public import Logging
public import ProcessManagers
public import RabbitMQ
import Synchronization

/// The messages of other services, as a broker's queue brings them.
///
/// A message says that an event happened and where it stands; the event itself is read from there, with all that lie between it and the
/// one before. So a message that comes twice or late is known by its position, one that never came is noticed with the next one, and
/// one that was lost with nothing behind it after a while of silence: what the relay has had confirmed and the queue does not bring is read
/// off the log. A delivery is acknowledged when what it told of has been handled and that is written down.
///
/// Used by one task, but for `settle` and what concerns reports and requests.
public final class BrokerSource: MessageSource {
  /// The bounds and rhythms of a source.
  public struct Configuration: Sendable, Hashable {
    public var exchange = Consumer.exchange
    /// Stands before the names of queues: several installations can share a broker's virtual host.
    public var prefix = ""
    /// Deliveries that may be unacknowledged, 1 to 65535.
    public var prefetch = 1_024
    /// Deliveries taken at once, at most.
    public var batch = 256
    /// How long silence lasts until it is looked whether something was lost.
    public var silence = Duration.seconds(5)
    /// Pause after a failure of the broker.
    public var pause = Duration.seconds(1)
    /// Where it is reported what became of messages; nil for nowhere.
    public var auditExchange: String? = LedgerReport.exchange
    /// Names this process in reports.
    public var holder = ""

    public init() {}
  }

  public let subscription: String
  public let types: [String]
  private let consumer: Consumer
  private let log: any EventLog
  private let subscriptions: any SubscriptionStore
  private let broker: RabbitMQClient
  private let configuration: Configuration
  private let logger: Logger
  private let state = Mutex(State())
  private let reporter: LedgerReporter?

  private struct State {
    var reader: RabbitMQConsumer?
    /// Deliveries that are not acknowledged, with the positions they tell of.
    var open: [(position: Position, delivery: RabbitMQDelivery)] = []
    var settled = Position.start
    /// Whether what the relay has published may lie behind what was read, without a delivery to come: at the start, and while there is more.
    var isBehind = true
    /// What operators asked for, with the deliveries that brought it.
    var requests: [(request: ParkedMessageRequest, delivery: RabbitMQDelivery)] = []
  }

  /// - Returns: nil for a process manager that no other service's messages concern.
  public init?(
    of port: any MessagePort, log: any EventLog, subscriptions: any SubscriptionStore, broker: RabbitMQClient,
    configuration: Configuration = Configuration(), logger: Logger
  ) {
    guard let consumer = Consumer(of: port) else { return nil }
    self.consumer = consumer
    subscription = port.foreignSubscription
    types = port.foreignTypes
    self.log = log
    self.subscriptions = subscriptions
    self.broker = broker
    self.configuration = configuration
    self.logger = logger
    let queue = consumer.queue
    reporter = configuration.auditExchange.map { exchange in
      var ledger = LedgerKeeper.Configuration()
      ledger.auditExchange = exchange
      ledger.prefix = configuration.prefix
      let name = configuration.holder.isEmpty ? queue : "\(queue)@\(configuration.holder)"
      return LedgerReporter(of: queue, consumer: name, ledger: ledger, broker: broker, logger: logger)
    }
  }

  private var filter: EventFilter { EventFilter(types: types) }

  public func read(after position: Position) async throws -> LogPage {
    do {
      let reader = try await openReader()
      if state.withLock({ $0.isBehind }) { return try await catchUp(from: position) }
      let deliveries = try await deliveries(reader)
      guard !deliveries.isEmpty else { return try await lost(after: position) }
      let told = deliveries.compactMap(place)
      let last = told.max() ?? .start
      guard last > position else { return LogPage(events: [], position: position) }
      let page = try await events(after: position, through: last)
      let silent = page.events.count { !told.contains($0.position) }
      if silent > 0 { report("messages did not come, their events were read off the log", silent, position, last) }
      return page
    } catch let error as RabbitMQError {
      if Task.isCancelled { throw CancellationError() }
      state.withLock { $0.reader = nil }
      logger.warning("queue out of reach", metadata: ["queue": "\(consumer.queue)", "error": "\(error)"])
      try await Task.sleep(for: configuration.pause)
      return LogPage(events: [], position: position)
    }
  }

  public func settle(through position: Position) async {
    let (reader, done) = state.withLock { state in
      state.settled = max(state.settled, position)
      let done = state.open.filter { $0.position <= state.settled }
      state.open.removeAll { $0.position <= state.settled }
      return (state.reader, done.map(\.delivery))
    }
    if !done.isEmpty { reader?.acknowledge(done) }
  }

  public func isLevel(at position: Position, with head: Position) async throws -> Bool {
    guard position < head else { return true }
    guard let next = try await log.readLog(after: position, filter: filter, limit: 1).events.first else { return true }
    if next.position > head { return true }
    // It is on its way, or the broker is away: asked again soon, but not at once.
    try await Task.sleep(for: .milliseconds(50))
    return false
  }

  // MARK: Deliveries

  /// Those that are here; none after a while of silence.
  private func deliveries(_ reader: RabbitMQConsumer) async throws -> [RabbitMQDelivery] {
    let (limit, silence) = (configuration.batch, configuration.silence)
    return try await withThrowingTaskGroup(of: [RabbitMQDelivery].self) { group in
      group.addTask {
        do throws(RabbitMQError) {
          return try await reader.next(atMost: limit)
        } catch {
          // Nothing was taken then.
          if error.kind == .cancelled { return [] }
          throw error
        }
      }
      group.addTask {
        // It ends early when a delivery came first, or with the whole task, which is asked for below.
        try? await Task.sleep(for: silence)
        return []
      }
      defer { group.cancelAll() }
      let first = try await group.next() ?? []
      group.cancelAll()
      // What came at the last moment is not dropped.
      let second = try await group.next() ?? []
      // Being told to stop is no silence.
      try Task.checkCancellation()
      return first + second
    }
  }

  /// A consumer of the queue, which is made and bound where it is not.
  private func openReader() async throws(RabbitMQError) -> RabbitMQConsumer {
    if let reader = state.withLock({ $0.reader }) { return reader }
    try await broker.apply(Consumer.topology(of: [consumer], exchange: configuration.exchange, prefix: configuration.prefix))
    let reader = try await broker.consumer(of: configuration.prefix + consumer.queue, prefetch: configuration.prefetch)
    state.withLock { state in
      state.reader = reader
      state.open = []
      state.requests = []
    }
    return reader
  }

  /// The position that a delivery tells of, which is remembered until it is settled; one that tells of none goes to the dead letters.
  private func place(_ delivery: RabbitMQDelivery) -> Position? {
    guard let text = delivery.properties.headers[Envelope.positionHeader]?.string, let number = Int64(text), number > 0 else {
      logger.error("a message without a position was put aside", metadata: ["queue": "\(consumer.queue)", "key": "\(delivery.routingKey)"])
      state.withLock { $0.reader }?.reject(delivery, requeue: false)
      return nil
    }
    let position = Position(number)
    if let kind = delivery.properties.headers[Self.requestHeader]?.string.flatMap({ ParkedMessageRequest.Kind(rawValue: $0) }) {
      state.withLock { $0.requests.append((ParkedMessageRequest(kind, at: position), delivery)) }
      return nil
    }
    let isSettled = state.withLock { state in
      if position <= state.settled { return true }
      state.open.append((position, delivery))
      return false
    }
    if isSettled { state.withLock { $0.reader }?.acknowledge([delivery]) }
    return position
  }

  // MARK: Reports and requests

  /// The header by which an operator's request differs from the message that it brings again: `retry` or `discard`.
  public static let requestHeader = "comptoir-request"

  public func handled(_ message: RecordedEvent) { reporter?.add(message, .consumed) }

  public func failed(_ message: RecordedEvent, tries: Int, error: String, isParked: Bool) {
    reporter?.add(message, .failed(tries: tries, error: error, isParked: isParked))
  }

  public func report() async { await reporter?.flush() }

  public func requests() -> [ParkedMessageRequest] { state.withLock { $0.requests.map(\.request) } }

  public func finish(_ request: ParkedMessageRequest) {
    let (reader, done) = state.withLock { state in
      let done = state.requests.filter { $0.request == request }.map(\.delivery)
      state.requests.removeAll { $0.request == request }
      return (state.reader, done)
    }
    if !done.isEmpty { reader?.acknowledge(done) }
  }

  // MARK: Events

  private func events(after start: Position, through end: Position) async throws -> LogPage {
    var events: [RecordedEvent] = []
    var position = start
    while position < end {
      let page = try await log.readLog(after: position, filter: filter, limit: configuration.batch)
      guard page.position > position else { break }
      events += page.events
      position = page.position
    }
    return LogPage(events: events.filter { $0.position <= end }, position: end)
  }

  /// Reads what the relay has had confirmed behind a position, until there is nothing more: the queue may be new, or was not read for a while.
  private func catchUp(from position: Position) async throws -> LogPage {
    let page = try await published(after: position)
    if page.events.isEmpty { state.withLock { $0.isBehind = false } }
    return page
  }

  /// What the relay has had confirmed and the queue, silent since, did not bring: it was purged, deleted or unbound.
  private func lost(after position: Position) async throws -> LogPage {
    // A queue brings no more than was agreed on before some of it is acknowledged.
    guard state.withLock({ $0.open.count }) < configuration.prefetch else { return LogPage(events: [], position: position) }
    let page = try await published(after: position)
    guard !page.events.isEmpty else { return page }
    report("messages were lost, their events were read off the log", page.events.count, position, page.position)
    // The queue or its bindings may be gone: they are made again with the next look.
    let reader = state.withLock { state in
      defer { state.reader = nil }
      state.isBehind = true
      return state.reader
    }
    await reader?.close()
    return page
  }

  private func published(after position: Position) async throws -> LogPage {
    let nothing = LogPage(events: [], position: position)
    guard let published = try await subscriptions.subscriptionPosition(Relay.subscription), published > position else { return nothing }
    let page = try await log.readLog(after: position, filter: filter, limit: configuration.batch)
    let events = page.events.filter { $0.position <= published }
    return events.last.map { LogPage(events: events, position: $0.position) } ?? nothing
  }

  private func report(_ what: Logger.Message, _ count: Int, _ from: Position, _ to: Position) {
    logger.warning(what, metadata: ["queue": "\(consumer.queue)", "count": "\(count)", "after": "\(from)", "through": "\(to)"])
  }
}
