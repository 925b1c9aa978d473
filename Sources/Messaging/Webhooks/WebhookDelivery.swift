import EventSourcing
import FoundationEssentials

/// A subscription as the planner sees it.
struct PlannedSubscription: Sendable, Hashable {
  let id: Int64
  let patterns: [RoutingPattern]
  /// Deliveries are planned up to here.
  let position: Position
  /// Of the row that was read.
  let revision: Int64

  func wants(_ routingKey: String) -> Bool { patterns.contains { $0.matches(routingKey) } }
}

/// A delivery that is to be made.
struct PlannedDelivery: Sendable, Hashable {
  let subscriptionID: Int64
  let messageID: UUID
  let position: Position
  let routingKey: String
}

/// A delivery that this process has to make now, and what it takes.
struct ClaimedDelivery: Sendable, Hashable {
  let id: Int64
  let subscriptionID: Int64
  let messageID: UUID
  /// Nil for a ping.
  let position: Position?
  /// Which try this is, from 1.
  let attempt: Int
  /// Tells this holder from a later one.
  let claim: Int64
  let url: String
  let secretKeyID: UUID
  let secretVersion: Int
  let oldestSecretVersion: Int
  /// Microseconds since 1970.
  let oldSecretsUntil: Int64?
  let createdAt: Timestamp

  /// The same for every try.
  var webhookID: String { messageID.uuidString.lowercased() }
}

/// What came of a try.
struct WebhookAnswer: Sendable, Hashable {
  /// Nil when there was no answer.
  var status: Int?
  /// How the answer's body begins.
  var body: String?
  /// Why there was no answer, or why it is not enough.
  var error: String?
  /// How long the receiver wants to be left alone.
  var retryAfter: Duration?

  /// It was taken.
  var isSuccess: Bool { status.map { (200..<300).contains($0) } == true && error == nil }
  /// The receiver wants no more of any of them.
  var isGone: Bool { status == 410 }
}
