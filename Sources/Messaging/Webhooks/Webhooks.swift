public import EventSourcing
public import Logging
public import ServiceLifecycle

/// Tells those outside of messages over HTTP, by [Standard Webhooks](https://www.standardwebhooks.com) 1.0: plans deliveries, makes them, and
/// removes old ones. Any number of processes may; one of them plans.
public final class Webhooks: Service {
  /// The lease of whoever plans.
  public static let lease = "webhooks"

  private let store: WebhookStore
  private let subscriptions: any SubscriptionStore
  private let planner: WebhookPlanner
  private let sender: WebhookSender
  private let client: WebhookClient
  private let holder: String
  private let configuration: WebhookConfiguration
  private let logger: Logger

  /// - Parameters:
  ///   - store: as messages_broker's projector.
  ///   - guardian: says where deliveries may go.
  ///   - holder: names this process for the lease; no two processes use the same.
  public init(
    log: any EventLog, store: WebhookStore, subscriptions: any SubscriptionStore, secrets: WebhookSecrets, guardian: WebhookGuard,
    holder: String, configuration: WebhookConfiguration = WebhookConfiguration(), logger: Logger
  ) {
    self.store = store
    self.subscriptions = subscriptions
    self.holder = holder
    self.configuration = configuration
    self.logger = logger
    client = WebhookClient(guardian: guardian, timeout: configuration.timeout)
    let sender = WebhookSender(log: log, store: store, secrets: secrets, client: client, configuration: configuration, logger: logger)
    self.sender = sender
    planner = WebhookPlanner(log: log, store: store, configuration: configuration) { sender.wake() }
  }

  /// Runs until it is cancelled or the service group shuts down: then nothing more is taken, and tries under way are brought to their end.
  public func run() async throws {
    await withGracefulShutdownHandler {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await cancelWhenGracefulShutdown { await self.plan() } }
        group.addTask { await self.sender.run() }
      }
    } onGracefulShutdown: {
      self.sender.stop()
    }
    await client.close()
  }

  private func plan() async {
    var cleaned: ContinuousClock.Instant?
    while !Task.isCancelled {
      do {
        if try await subscriptions.acquireLease(Self.lease, holder: holder, lifetime: configuration.leaseLifetime) != nil {
          if cleaned.map({ $0 + configuration.housekeepingInterval <= .now }) ?? true {
            try await store.removeSettled(before: configuration.now() - configuration.retention)
            cleaned = .now
          }
          try await planner.run(until: .now + configuration.leaseInterval)
        } else {
          try await Task.sleep(for: configuration.leaseInterval)
        }
      } catch {
        if Task.isCancelled { break }
        logger.warning("webhooks interrupted", metadata: ["error": "\(error)"])
        try? await Task.sleep(for: configuration.pause)
      }
    }
    // A task of its own, since this one is cancelled; without it the next one waits for the lease to run out.
    await Task {
      do {
        try await self.subscriptions.releaseLease(Self.lease, holder: self.holder)
      } catch {
        self.logger.warning(
          "lease not given back: the next one waits until it has run out", metadata: ["lease": "\(Self.lease)", "error": "\(error)"])
      }
    }.value
  }
}
