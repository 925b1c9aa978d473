import EventSourcing
import FoundationEssentials
public import Postgres

/// The tables `webhook_subscriptions` and `webhook_deliveries` of messages_broker.
///
/// A subscription's place in the log moves in the statement that makes its deliveries, from where it was read: so whatever planners do, each
/// message is planned once. A delivery is with one sender at a time, for as long as its claim lasts.
public struct WebhookStore: Sendable {
  let client: PostgresClient

  /// - Parameter client: as messages_broker's projector, to plan and to send; as its reader, for what administrators do.
  public init(client: PostgresClient) { self.client = client }

  // MARK: Planning

  /// Subscriptions that get something.
  func active() async throws -> [PlannedSubscription] {
    var found: [PlannedSubscription] = []
    for row in try await client.query(Self.active) {
      found.append(
        PlannedSubscription(
          id: try row.int64(0), patterns: try row.stringArray(1).compactMap { RoutingPattern($0) }, position: Position(try row.int64(2)),
          revision: try row.int64(3)))
    }
    return found
  }

  /// Makes deliveries, and moves subscriptions to the position up to which these are all. One that was changed since it was read stays where
  /// it is, without deliveries.
  func plan(
    _ deliveries: [PlannedDelivery], for subscriptions: [PlannedSubscription], from: Position, to: Position, now: Timestamp
  ) async throws {
    _ = try await client.query(
      Self.plan,
      [
        .int64Array(subscriptions.map(\.id)), .int64Array(subscriptions.map(\.revision)), .int64(from.rawValue), .int64(to.rawValue),
        .int64Array(deliveries.map(\.subscriptionID)), .uuidArray(deliveries.map(\.messageID)),
        .int64Array(deliveries.map(\.position.rawValue)), .textArray(deliveries.map(\.routingKey)),
        .timestamp(microsecondsSinceUnixEpoch: now.rawValue),
      ])
  }

  // MARK: Sending

  /// Takes deliveries that are due. One whose sender has not said what came of it while its claim lasted comes again.
  func claim(_ limit: Int, _ configuration: WebhookConfiguration, now: Timestamp) async throws -> [ClaimedDelivery] {
    var claimed: [ClaimedDelivery] = []
    let rows = try await client.query(
      Self.claim,
      [
        .timestamp(microsecondsSinceUnixEpoch: now.rawValue), .int64(Int64(limit)), .int64(Int64(configuration.concurrencyPerSubscription)),
        .timestamp(microsecondsSinceUnixEpoch: (now + configuration.claimLifetime).rawValue),
      ])
    for row in rows {
      claimed.append(
        ClaimedDelivery(
          id: try row.int64(0), subscriptionID: try row.int64(1), messageID: try row.uuid(2),
          position: try row.optionalInt64(3).map { Position($0) }, attempt: Int(try row.int32(4)), claim: try row.int64(5),
          url: try row.string(6), secretKeyID: try row.uuid(7), secretVersion: Int(try row.int32(8)),
          oldestSecretVersion: Int(try row.int32(9)), oldSecretsUntil: try row.optionalTimestamp(10),
          createdAt: Timestamp(microseconds: try row.timestamp(11))))
    }
    return claimed
  }

  /// What a try led to, beyond the answer itself.
  enum Verdict: Sendable, Hashable {
    case delivered
    /// The next try is then; the receiver gets nothing before the second time.
    case again(at: Timestamp, notBefore: Timestamp?)
    case failed
  }

  /// Notes what came of a try, unless somebody else has the delivery by now.
  /// - Returns: why the subscription was disabled by it; nil when it was not.
  @discardableResult
  func note(
    _ delivery: ClaimedDelivery, _ answer: WebhookAnswer, _ verdict: Verdict, took duration: Duration,
    _ configuration: WebhookConfiguration, now: Timestamp
  ) async throws -> String? {
    let (state, next, notBefore): (String, Timestamp?, Timestamp?) =
      switch verdict {
      case .delivered: ("delivered", nil, nil)
      case .again(let time, let notBefore): ("pending", time, notBefore)
      case .failed: ("failed", nil, nil)
      }
    let milliseconds = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
    let rows = try await client.query(
      Self.note,
      [
        .int64(delivery.subscriptionID), .int64(delivery.id), .int64(delivery.claim), .text(state),
        .optionalTimestamp(next?.rawValue), .optionalInt32(answer.status.map { Int32($0) }),
        .optionalText(answer.body.map { Self.short($0) }), .optionalText(answer.error.map { Self.short($0) }),
        .int32(Int32(clamping: milliseconds)), .timestamp(microsecondsSinceUnixEpoch: now.rawValue),
        .optionalTimestamp(notBefore?.rawValue), .bool(answer.isGone), .int32(Int32(configuration.maximumFailures)),
        .timestamp(microsecondsSinceUnixEpoch: (now - configuration.maximumFailingTime).rawValue), .bool(delivery.position != nil),
      ])
    return try rows.first?.optionalString(0)
  }

  /// Gives a delivery back that was not tried, or whose try was broken off by the process's end.
  func release(_ delivery: ClaimedDelivery) async throws {
    _ = try await client.query(Self.release, [.int64(delivery.id), .int64(delivery.claim)])
  }

  /// PostgreSQL's texts hold no U+0000; 500 characters of what a receiver answers are kept.
  private static func short(_ text: String) -> String { String(String.UnicodeScalarView(Ledger.clean(text).unicodeScalars.prefix(500))) }

  // MARK: Housekeeping

  /// Removes deliveries that got through or failed before a time.
  func removeSettled(before time: Timestamp) async throws {
    while try await !client.query(Self.remove, [.timestamp(microsecondsSinceUnixEpoch: time.rawValue)]).isEmpty {}
  }
}
