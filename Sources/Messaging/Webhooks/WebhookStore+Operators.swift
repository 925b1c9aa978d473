public import EventSourcing
public import FoundationEssentials
import Postgres

/// What administrators do with subscriptions and deliveries, through the gateway.
extension WebhookStore {
  /// A subscription that is to be made.
  public struct Draft: Sendable {
    public var url: WebhookURL
    public var description: String?
    public var patterns: [RoutingPattern]
    /// It gets what comes after this.
    public var position: Position
    public var createdBy: Int64

    public init(url: WebhookURL, description: String?, patterns: [RoutingPattern], position: Position, createdBy: Int64) {
      self.url = url
      self.description = description
      self.patterns = patterns
      self.position = position
      self.createdBy = createdBy
    }
  }

  /// What a subscription's secret is derived from.
  public struct SecretName: Sendable, Hashable {
    public let subscriptionID: Int64
    public let keyID: UUID
    public let version: Int
  }

  /// Why something is left as it is.
  public enum Refusal: Error, Sendable, Hashable {
    case notFound
    /// Somebody changed the subscription since it was read.
    case stale
    /// The same key came with another request.
    case keyReused
    /// The state does not allow it: `active`, `disabled`, or `sending` for a delivery that is under way.
    case state(String)
  }

  // MARK: Subscriptions

  /// Makes a subscription, once for each command.
  /// - Parameters:
  ///   - command: the client's key; nil for none.
  ///   - requestHash: tells another request under the same key.
  /// - Returns: its secret's name, and whether the command had been carried out before.
  /// - Throws: `Refusal.keyReused`.
  public func create(
    _ draft: Draft, command: UUID? = nil, requestHash: [UInt8]? = nil, now: Timestamp
  ) async throws -> (secret: SecretName, isRepeated: Bool) {
    let rows = try await client.query(
      Self.create,
      [
        .text(draft.url.text), .optionalText(draft.description), .textArray(draft.patterns.map(\.text)), .int64(draft.position.rawValue),
        .optionalUUID(command), .optionalBytes(requestHash), .int64(draft.createdBy), .time(now),
      ])
    if let row = rows.first { return (try Self.secretName(row), false) }
    guard let row = try await client.query(Self.created, [.optionalUUID(command)]).first else { throw Refusal.stale }
    guard row.optionalBytes(3) == requestHash else { throw Refusal.keyReused }
    return (try Self.secretName(row), true)
  }

  /// Changes what is given; nil leaves as it is.
  /// - Parameters:
  ///   - description: nil inside clears it.
  ///   - expected: the revision that was read; nil for any.
  /// - Throws: `Refusal.notFound` and `.stale`.
  public func change(
    _ id: Int64, url: WebhookURL?, description: String??, patterns: [RoutingPattern]?, expected: Int64?, now: Timestamp
  ) async throws {
    let rows = try await client.query(
      Self.change,
      [
        .int64(id), .optionalInt64(expected), .optionalText(url?.text), .bool(description != nil), .optionalText(description ?? nil),
        patterns.map { .textArray($0.map(\.text)) } ?? .null, .time(now),
      ])
    if rows.isEmpty { throw try await state(of: id) == nil ? Refusal.notFound : .stale }
  }

  /// Removes a subscription with all its deliveries.
  /// - Throws: `Refusal.notFound` and `.stale`.
  public func delete(_ id: Int64, expected: Int64?) async throws {
    let rows = try await client.query(Self.delete, [.int64(id), .optionalInt64(expected)])
    if rows.isEmpty { throw try await state(of: id) == nil ? Refusal.notFound : .stale }
  }

  /// Gives a subscription a new secret. Deliveries are signed with the one before as well, for a while; never with more than three.
  /// - Parameter overlap: how long; zero ends the old ones at once.
  /// - Throws: `Refusal.notFound`.
  public func rotateSecret(of id: Int64, overlap: Duration, now: Timestamp) async throws -> SecretName {
    let until = overlap > .zero ? PostgresValue.time(now + overlap) : .null
    guard let row = try await client.query(Self.rotate, [.int64(id), .bool(overlap > .zero), until, .time(now)]).first else {
      throw Refusal.notFound
    }
    return try Self.secretName(row)
  }

  /// Sends again to a subscription that is disabled; what waits is due at once.
  /// - Throws: `Refusal.notFound`, and `.state` for one that is active.
  public func enable(_ id: Int64, now: Timestamp) async throws {
    if try await client.query(Self.enable, [.int64(id), .time(now)]).isEmpty { throw try await refusal(of: id) }
  }

  /// Sends nothing more until it is enabled.
  /// - Parameter reason: at most 500 characters; kept with it.
  /// - Throws: `Refusal.notFound`, and `.state` for one that is disabled.
  public func disable(_ id: Int64, reason: String, now: Timestamp) async throws {
    let rows = try await client.query(Self.disable, [.int64(id), .text(String(Ledger.clean(reason).prefix(500))), .time(now)])
    if rows.isEmpty { throw try await refusal(of: id) }
  }

  // MARK: Deliveries

  /// Sends a message that says nothing, once, whatever the subscription's state.
  /// - Returns: the delivery's id.
  /// - Throws: `Refusal.notFound`.
  public func ping(_ id: Int64, now: Timestamp) async throws -> Int64 {
    let rows = try await client.query(Self.ping, [.int64(id), .uuid(.random()), .text(WebhookBody.pingKey), .time(now)])
    guard let row = rows.first else { throw Refusal.notFound }
    return try row.int64(0)
  }

  /// Makes a delivery again, with all its tries, under the same id.
  /// - Throws: `Refusal.notFound`, and `.state` for one that is under way or whose subscription is disabled.
  public func redeliver(_ delivery: Int64, of id: Int64, now: Timestamp) async throws {
    if try await !client.query(Self.redeliver, [.int64(id), .int64(delivery), .time(now)]).isEmpty { return }
    guard try await !client.query(Self.delivery, [.int64(id), .int64(delivery)]).isEmpty else { throw Refusal.notFound }
    throw try await state(of: id) == "disabled" ? Refusal.state("disabled") : .state("sending")
  }

  /// Makes all deliveries behind a position again, those that got through too, by the patterns of now.
  /// - Throws: `Refusal.notFound`, and `.state` for a subscription that is disabled.
  public func redeliver(after position: Position, of id: Int64, now: Timestamp) async throws {
    let rows = try await client.query(Self.redeliverAll, [.int64(id), .int64(position.rawValue), .time(now)])
    if rows.isEmpty { throw try await refusal(of: id) }
  }

  // MARK: States

  /// The state of a subscription; nil when there is none.
  public func state(of id: Int64) async throws -> String? {
    try await client.query(Self.state, [.int64(id)]).first?.string(0)
  }

  private func refusal(of id: Int64) async throws -> Refusal { try await state(of: id).map { .state($0) } ?? .notFound }

  private static func secretName(_ row: PostgresRow) throws -> SecretName {
    SecretName(subscriptionID: try row.int64(0), keyID: try row.uuid(1), version: Int(try row.int32(2)))
  }

  // MARK: Statements

  private static let create = PostgresStatement(
    "webhooks.create",
    """
    insert into ops.webhook_subscriptions
      (url, description, routing_keys, position, command_id, request_hash, created_by, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
    on conflict (command_id) do nothing returning id, secret_key_id, secret_version
    """)

  private static let created = PostgresStatement(
    "webhooks.created",
    "select id, secret_key_id, secret_version, request_hash from ops.webhook_subscriptions where command_id = $1")

  private static let change = PostgresStatement(
    "webhooks.change",
    """
    update ops.webhook_subscriptions
    set url = coalesce($3, url), description = case when $4 then $5 else description end, routing_keys = coalesce($6, routing_keys),
      revision = revision + 1, updated_at = $7
    where id = $1 and ($2::bigint is null or revision = $2) returning id
    """)

  private static let delete = PostgresStatement(
    "webhooks.delete", "delete from ops.webhook_subscriptions where id = $1 and ($2::bigint is null or revision = $2) returning id")

  private static let rotate = PostgresStatement(
    "webhooks.rotate",
    """
    update ops.webhook_subscriptions
    set secret_version = secret_version + 1,
      oldest_secret_version = case when not $2 then secret_version + 1
        when old_secrets_until > $4 then greatest(oldest_secret_version, secret_version - 1) else secret_version end,
      old_secrets_until = $3, revision = revision + 1, updated_at = $4
    where id = $1 returning id, secret_key_id, secret_version
    """)

  private static let enable = PostgresStatement(
    "webhooks.enable",
    """
    with enabled as (
      update ops.webhook_subscriptions
      set state = 'active', disabled_at = null, disabled_reason = null, consecutive_failures = 0, failing_since = null, not_before = null,
        revision = revision + 1, updated_at = $2
      where id = $1 and state = 'disabled' returning id),
    due as (
      update ops.webhook_deliveries d set next_attempt_at = $2, updated_at = $2
      from enabled e where d.subscription_id = e.id and d.state = 'pending' and d.next_attempt_at > $2)
    select id from enabled
    """)

  private static let disable = PostgresStatement(
    "webhooks.disable",
    """
    update ops.webhook_subscriptions
    set state = 'disabled', disabled_at = $3, disabled_reason = $2, revision = revision + 1, updated_at = $3
    where id = $1 and state = 'active' returning id
    """)

  private static let ping = PostgresStatement(
    "webhooks.ping",
    """
    insert into ops.webhook_deliveries (subscription_id, message_id, routing_key, next_attempt_at, created_at, updated_at)
    select id, $2, $3, $4, $4, $4 from ops.webhook_subscriptions where id = $1 returning id
    """)

  private static let redeliver = PostgresStatement(
    "webhooks.redeliver",
    """
    update ops.webhook_deliveries d set state = 'pending', attempts = 0, next_attempt_at = $3, updated_at = $3
    from ops.webhook_subscriptions s
    where d.id = $2 and d.subscription_id = $1 and s.id = $1 and s.state = 'active' and (d.claimed_until is null or d.claimed_until <= $3)
    returning d.id
    """)

  private static let delivery = PostgresStatement(
    "webhooks.delivery", "select id from ops.webhook_deliveries where subscription_id = $1 and id = $2")

  private static let redeliverAll = PostgresStatement(
    "webhooks.redeliver-all",
    """
    update ops.webhook_subscriptions
    set repeat_through = greatest(repeat_through, position), position = least(position, $2), revision = revision + 1, updated_at = $3
    where id = $1 and state = 'active' returning id
    """)

  private static let state = PostgresStatement("webhooks.state", "select state from ops.webhook_subscriptions where id = $1")
}

extension PostgresValue {
  fileprivate static func time(_ time: Timestamp) -> PostgresValue { .timestamp(microsecondsSinceUnixEpoch: time.rawValue) }
}
