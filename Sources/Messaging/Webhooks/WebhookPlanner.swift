import Aggregates
import EventSourcing
import Logging

/// Follows the log and makes a row for each message that a subscription wants. One of several works, by a lease, which spares the others'
/// work; that each message is planned once is the store's doing.
///
/// Subscriptions that stand at one place are read for together. One that lags, because it was disabled or asks for old messages again, is
/// read for by itself, a page a round, until it has caught up, so that it holds up nobody.
final class WebhookPlanner: Sendable {
  private let log: any EventLog
  private let store: WebhookStore
  private let configuration: WebhookConfiguration
  private let onPlanned: @Sendable () -> Void

  init(log: any EventLog, store: WebhookStore, configuration: WebhookConfiguration, onPlanned: @escaping @Sendable () -> Void) {
    self.log = log
    self.store = store
    self.configuration = configuration
    self.onPlanned = onPlanned
  }

  private static let filter = EventFilter(types: MessageCatalogue.all.map(\.event.name).sorted())

  /// Plans until a time is over or the task is cancelled.
  func run(until deadline: ContinuousClock.Instant) async throws {
    while ContinuousClock.now < deadline {
      try Task.checkCancellation()
      let subscriptions = try await store.active()
      guard let first = subscriptions.map(\.position).max() else {
        try await Task.sleep(for: configuration.idleWait)
        continue
      }
      if let level = try await round(subscriptions, first) {
        await log.waitForEvents(after: level, matching: Self.filter, timeout: configuration.idleWait)
        // What comes at the same time is planned together.
        try await Task.sleep(for: configuration.planInterval)
      }
    }
  }

  /// One page for each place at which subscriptions stand.
  /// - Parameter first: the place that is furthest on.
  /// - Returns: up to where all of them have come; nil when there is more to read.
  private func round(_ subscriptions: [PlannedSubscription], _ first: Position) async throws -> Position? {
    let groups = Dictionary(grouping: subscriptions, by: \.position).sorted { $0.key < $1.key }
    var level: Position? = first
    for (index, (place, group)) in groups.enumerated() {
      let page = try await log.readTail(after: place, filter: Self.filter, limit: configuration.pageSize)
      // No further than the next group, so that they go on together.
      let end = index + 1 < groups.count ? min(page.position, groups[index + 1].key) : page.position
      if page.events.count == configuration.pageSize || index + 1 < groups.count {
        level = nil
      } else if level != nil {
        level = max(end, place)
      }
      guard end > place else { continue }
      var deliveries: [PlannedDelivery] = []
      for event in page.events where event.isPublic && event.position <= end {
        guard let key = try Self.routingKey(of: event) else { continue }
        for subscription in group where subscription.wants(key) {
          deliveries.append(
            PlannedDelivery(subscriptionID: subscription.id, messageID: event.id, position: event.position, routingKey: key))
        }
      }
      try await store.plan(deliveries, for: group, from: place, to: end, now: configuration.now())
      if !deliveries.isEmpty { onPlanned() }
    }
    return level
  }

  /// Under which key the relay publishes the event; nil for one that makes no message.
  static func routingKey(of event: RecordedEvent) throws -> String? {
    guard let translation = MessageCatalogue.byEvent[event.type] else { return nil }
    return try translation.names.count == 1 ? translation.names[0].routingKey : translation.message(of: event, keys: [:]).name.routingKey
  }
}
