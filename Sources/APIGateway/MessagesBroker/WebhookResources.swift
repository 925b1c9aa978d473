import JSON
import Postgres

/// What answers show of webhooks: never a secret.
enum WebhookResources {
  enum State: String, CaseIterable, Sendable { case active, disabled }
  enum DeliveryState: String, CaseIterable, Sendable { case pending, delivered, failed }

  static let subscription = Resource(
    "webhook", schema: "Webhook", table: "webhook_subscriptions", from: "ops.webhook_subscriptions w", id: "w.id",
    fields: [
      .id("id", "w.id").sortable, .text("url", "w.url"), .text("description", "w.description").nullable,
      .json("routing_keys", "to_jsonb(w.routing_keys)", .array(.text)), .choice("state", "w.state", State.allCases.map(\.rawValue)),
      .time("disabled_at", "w.disabled_at").nullable, .text("disabled_reason", "w.disabled_reason").nullable,
      .integer("consecutive_failures", "w.consecutive_failures"), .time("failing_since", "w.failing_since").nullable,
      .time("not_before", "w.not_before").nullable, .integer("position", "w.position"), .integer("secret_version", "w.secret_version"),
      .time("old_secrets_until", "w.old_secrets_until").nullable, .id("created_by", "w.created_by"),
      .time("created_at", "w.created_at").sortable, .time("updated_at", "w.updated_at"),
    ],
    filters: [Filter("state", alias: "state", .choice(State.self), "w.state = $?") { .text($0.rawValue) }])

  static let delivery = Resource(
    "webhook_delivery", schema: "WebhookDelivery", table: "webhook_deliveries", from: "ops.webhook_deliveries d", id: "d.id",
    fields: [
      .id("id", "d.id").sortable, .id("webhook_id", "d.subscription_id"), .text("message_id", "d.message_id::text"),
      .integer("position", "d.position").nullable, .text("routing_key", "d.routing_key"),
      .choice("state", "d.state", DeliveryState.allCases.map(\.rawValue)), .integer("attempts", "d.attempts"),
      .time("next_attempt_at", "case when d.state = 'pending' then d.next_attempt_at end").nullable,
      .time("last_attempt_at", "d.last_attempt_at").nullable, .integer("last_status", "d.last_status").nullable,
      .text("last_response", "d.last_response").nullable, .text("last_error", "d.last_error").nullable,
      .integer("last_duration_ms", "d.last_duration_ms").nullable, .time("delivered_at", "d.delivered_at").nullable,
      .time("created_at", "d.created_at"), .time("updated_at", "d.updated_at"),
    ],
    filters: [
      Filter("state", alias: "state", .choice(DeliveryState.self), "d.state = $?") { .text($0.rawValue) },
      Filter("routing_key", alias: "routing_key", .text(255), "d.routing_key = $?") { .text($0) },
      Filter("message_id", alias: "message_id", .text(36), "d.message_id::text = $?") { .text($0) },
    ])

  // MARK: Queries

  static let all = Listing("webhooks.list", subscription, defaultSort: "-id")
  /// `$1` bigint: the row's id.
  static let one = RowQuery("webhooks.one", subscription, where: "w.id = $1")
  static let deliveries = Listing("webhooks.deliveries", delivery, of: .id("webhook_id", "d.subscription_id"), defaultSort: "-id")
  /// `$1` bigint: the row's id; `$2` bigint: its subscription's.
  static let oneDelivery = RowQuery("webhooks.one-delivery", delivery, where: "d.id = $1 and d.subscription_id = $2")

  /// `$1` bigint: a subscription. What its entity tag is made of.
  static let revision = PostgresStatement("webhooks.revision", "select revision from ops.webhook_subscriptions where id = $1")

  /// Up to where deliveries are planned for all that are active, how many wait, and how many have failed.
  static let figures = PostgresStatement(
    "webhooks.figures",
    """
    select (select min(position) from ops.webhook_subscriptions where state = 'active'),
      (select count(*) from ops.webhook_deliveries where state = 'pending'),
      (select count(*) from ops.webhook_deliveries where state = 'failed')
    """)
}
