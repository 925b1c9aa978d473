public import EventSourcing
public import Logging
public import RabbitMQ
public import ServiceLifecycle
import Synchronization

/// Publishes every public event of the log, in the log's order, as a persistent message.
///
/// One relay of several works, by a lease. Its place in the log moves only past messages that the broker has confirmed, so each is published
/// at least once: a relay that ends in between, or one whose lease ran out while it was paused, publishes some a second time, equal to
/// the byte. Its place moves under the lease's epoch, which a former holder no longer has.
public final class Relay: Service {
  /// The subscription's name in the event store.
  public static let subscription = "relay"

  /// Where a relay stands.
  public struct Status: Sendable, Hashable {
    /// Whether this process holds the lease and has a connection to the broker.
    public var isActive = false
    /// Everything up to here is published and confirmed, or has no message.
    public var position = Position.start
    /// Messages confirmed since the process started.
    public var confirmedCount = 0
    /// Sessions that ended by a failure since the process started.
    public var failureCount = 0
    /// What ended the last session; nil when none has since.
    public var lastError: String?
  }

  private let log: any EventLog
  private let subscriptions: any SubscriptionStore
  private let broker: RabbitMQClient
  private let ledger: Ledger?
  private let holder: String
  private let configuration: RelayConfiguration
  private let logger: Logger
  private let state = Mutex(Status())

  /// - Parameters:
  ///   - broker: closed with the relay.
  ///   - ledger: where published messages are noted; nil for nowhere.
  ///   - holder: names this process for the lease; no two processes use the same.
  public init(
    log: any EventLog, subscriptions: any SubscriptionStore, broker: RabbitMQClient, ledger: Ledger? = nil,
    holder: String, configuration: RelayConfiguration = RelayConfiguration(), logger: Logger
  ) {
    self.log = log
    self.subscriptions = subscriptions
    self.broker = broker
    self.ledger = ledger
    self.holder = holder
    self.configuration = configuration
    self.logger = logger
  }

  /// Where the relay stands now.
  public var status: Status { state.withLock { $0 } }

  /// Runs until it is cancelled or the service group shuts down: then what is confirmed is written down, and the lease given back.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          if let epoch = try await self.subscriptions.acquireLease(
            Self.subscription, holder: self.holder, lifetime: self.configuration.leaseLifetime)
          {
            try await self.runSession(epoch)
          }
        } catch {
          if Task.isCancelled { break }
          self.state.withLock { status in
            status.failureCount += 1
            status.lastError = "\(error)"
          }
          self.logger.warning("relay interrupted", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: self.configuration.leaseInterval)
      }
    }
    await broker.close()
  }

  /// One holding of the lease, with one publisher.
  private func runSession(_ epoch: Int64) async throws {
    guard let position = try await subscriptions.openSubscription(Self.subscription, epoch: epoch) else { return }
    let session = RelaySession(
      log: log, subscriptions: subscriptions, broker: broker, ledger: ledger, configuration: configuration, epoch: epoch,
      position: position, logger: logger
    ) { update in self.state.withLock { update(&$0) } }
    let failure: (any Error)?
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await session.run() }
        group.addTask { try await self.renewLease(epoch) }
        defer { group.cancelAll() }
        try await group.next()
      }
      failure = nil
    } catch {
      failure = error
    }
    // The session's own task may be cancelled, and the last lines must be written all the same: a task of their own.
    await Task {
      do {
        try await session.saveCheckpoint()
        try await self.subscriptions.releaseLease(Self.subscription, holder: self.holder)
      } catch RelayError.leaseLost {
        // The other one's place counts.
      } catch {
        // What was confirmed since is published a second time, and the next relay waits for the lease to run out.
        self.logger.warning("relay ended without writing down its place", metadata: ["error": "\(error)"])
      }
    }.value
    state.withLock { $0.isActive = false }
    if let failure { throw failure }
  }

  private func renewLease(_ epoch: Int64) async throws {
    while true {
      try await Task.sleep(for: configuration.leaseInterval)
      guard try await subscriptions.acquireLease(Self.subscription, holder: holder, lifetime: configuration.leaseLifetime) == epoch else {
        throw RelayError.leaseLost
      }
    }
  }
}

/// Why a session of the relay ended. The next one goes on from what was confirmed.
public enum RelayError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Another process publishes now.
  case leaseLost
  /// The broker did not take the message of the event at this position: a queue is full and refuses, or cannot write.
  case notTaken(Position, routingKey: String)

  public var description: String {
    switch self {
    case .leaseLost: "another process has taken over"
    case .notTaken(let position, let routingKey): "the broker did not take the message of event \(position), \(routingKey)"
    }
  }
}
