import JSON
import Messaging
import Postgres

/// What answers show of messages_broker.
enum MessageResources {
  enum Status: String, CaseIterable, Sendable {
    case pending, published, consumed, failed
    case deadLetter = "dead_letter"
  }

  /// A place in the log; the envelope has it as a text.
  private static func place(_ header: String) -> String { "(m.headers ->> 'cloudEvents:\(header)')::bigint" }

  static let message = Resource(
    "message", schema: "Message", table: "messages", from: "ops.messages m", id: "m.id",
    fields: [
      .id("id", "m.id").nullable.sortable, .integer("position", place("position")).nullable.sortable,
      .integer("previous_position", place("previousposition")).nullable, .text("message_id", "m.message_id"), .text("queue", "m.queue"),
      .text("exchange", "m.exchange").nullable, .text("routing_key", "m.routing_key").nullable, .text("type", "m.type"),
      .choice("status", "m.status", Status.allCases.map(\.rawValue)), .integer("retry_count", "m.retry_count"),
      .time("published_at", "m.published_at").nullable, .time("consumed_at", "m.consumed_at").nullable,
      .time("failed_at", "m.failed_at").nullable, .text("error_message", "m.error_message").nullable,
      .text("consumer_tag", "m.consumer_tag").nullable, .json("payload", "m.payload", .anyObject),
      .json("headers", "m.headers", .anyObject).nullable, .time("created_at", "m.created_at").nullable.sortable,
      .time("updated_at", "m.updated_at").nullable,
    ],
    filters: [
      Filter("queue", alias: "queue", .text(255), "m.queue = $?") { .text($0) },
      Filter("status", alias: "status", .choice(Status.self), "m.status = $?") { .text($0.rawValue) },
      Filter("routing_key", alias: "routing_key", .text(255), "m.routing_key = $?") { .text($0) },
      Filter("type", alias: "type", .text(255), "m.type = $?") { .text($0) },
      Filter("message_id", alias: "message_id", .text(255), "m.message_id = $?") { .text($0) },
    ])

  static let failed = Resource(
    "failed_message", schema: "FailedMessage", table: "failed_messages", from: "ops.failed_messages f", id: "f.id",
    fields: [
      .id("id", "f.id"), .text("message_id", "f.message_id"), .text("queue", "f.queue"), .text("exchange", "f.exchange").nullable,
      .text("routing_key", "f.routing_key").nullable, .text("exception", "f.exception"), .text("exception_trace", "f.exception_trace"),
      .integer("failed_attempts", "f.failed_attempts"), .time("last_failed_at", "f.last_failed_at"), .bool("can_retry", "f.can_retry"),
      .json("payload", "f.payload", .anyObject), .json("headers", "f.headers", .anyObject).nullable,
      .time("created_at", "f.created_at").nullable.sortable, .time("updated_at", "f.updated_at").nullable,
    ],
    filters: [
      Filter("queue", alias: "queue", .text(255), "f.queue = $?") { .text($0) },
      Filter("can_retry", alias: "can_retry", .bool, "f.can_retry = $?") { .bool($0) },
      Filter("message_id", alias: "message_id", .text(255), "f.message_id = $?") { .text($0) },
    ])

  // MARK: Queries

  static let all = Listing("messages.list", message, defaultSort: "-id")
  /// `$1` bigint: the row's id.
  static let one = RowQuery("messages.one", message, where: "m.id = $1")
  static let allFailed = Listing("messages.failed", failed, defaultSort: "-created_at")

  /// `$1` text: the queue. How many messages are in which state, how old the oldest is that is not consumed, and how many were consumed in
  /// the last minute.
  static let figures = PostgresStatement(
    "messages.queue-figures",
    """
    select \(ReadSide.positionSQL), count(*) filter (where status = 'pending'), count(*) filter (where status = 'published'),
      count(*) filter (where status = 'consumed'), count(*) filter (where status = 'failed'),
      count(*) filter (where status = 'dead_letter'),
      count(*) filter (where consumed_at > clock_timestamp() - interval '1 minute'),
      coalesce(extract(epoch from clock_timestamp() - min(published_at) filter (where status = 'published')), 0)::float8
    from ops.messages where queue = $1
    """)
}
