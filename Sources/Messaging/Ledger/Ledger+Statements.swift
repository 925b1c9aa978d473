import Postgres

extension Ledger {
  /// Where the event of a message stands; the envelope has it as a text. An index is made of this expression.
  static let positionSQL = "(headers ->> '\(Envelope.positionHeader)')::bigint"

  /// How the reason of a message begins that was given up for good.
  public static let discardedMark = "discarded"

  /// The reason of a message that counts as consumed because its consumer has come further; what the consumer says itself counts more.
  private static let guess = "not reported"

  private static let isDiscarded = "status = 'failed' and coalesce(error_message ^@ '\(discardedMark)', false)"

  static let insert = PostgresStatement(
    "ledger.insert",
    """
    insert into ops.messages as m
      (message_id, queue, exchange, routing_key, type, payload, headers, status, error_message, published_at, created_at, updated_at)
    select t.message_id, t.queue, t.exchange, t.routing_key, t.type, t.payload::jsonb, t.headers::jsonb, $9, $10,
      case when $9 = 'published' then clock_timestamp() end, t.occurred_at, clock_timestamp()
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
      as t (message_id, queue, exchange, routing_key, type, payload, headers, occurred_at)
    on conflict (message_id, queue) do update
    set status = excluded.status, error_message = excluded.error_message, published_at = excluded.published_at,
      updated_at = excluded.updated_at
    where m.status = 'pending'
    """)

  /// Where the ledger's rows are true.
  static let advance = PostgresStatement(
    "ledger.advance",
    """
    insert into internal.checkpoints as c (generation, name, position)
    select id, 'messages', $1 from internal.generations where state = 'current'
    on conflict (generation, name) do update set position = excluded.position, updated_at = now() where c.position < excluded.position
    """)

  static let position = PostgresStatement("ledger.position", "select internal.position()")

  static let consumed = PostgresStatement(
    "ledger.consumed",
    """
    update ops.messages m
    set status = 'consumed', consumed_at = r.at, consumer_tag = $4, error_message = null, updated_at = clock_timestamp()
    from unnest($2::text[], $3::timestamptz[]) as r (message_id, at)
    where m.message_id = r.message_id and m.queue = $1 and (m.status <> 'consumed' or m.error_message = '\(guess)')
    """)

  static let settled = PostgresStatement(
    "ledger.settled", "delete from ops.failed_messages where queue = $1 and message_id = any($2::text[])")

  static let failed = PostgresStatement(
    "ledger.failed",
    """
    update ops.messages
    set status = $6, retry_count = greatest(retry_count, $4), failed_at = $3, error_message = $5, consumer_tag = $7,
      updated_at = clock_timestamp()
    where queue = $1 and message_id = $2 and (status <> 'consumed' or error_message = '\(guess)') and not (\(isDiscarded))
      and (failed_at is null or failed_at <= $3)
    """)

  static let parked = PostgresStatement(
    "ledger.parked",
    """
    insert into ops.failed_messages as f
      (message_id, queue, exchange, routing_key, payload, headers, exception, exception_trace, failed_attempts, last_failed_at,
       created_at, updated_at)
    select message_id, queue, exchange, routing_key, payload, headers, $5, '', $4, $3, clock_timestamp(), clock_timestamp()
    from ops.messages where queue = $1 and message_id = $2 and status = 'dead_letter'
    on conflict (message_id, queue) do update
    set failed_attempts = f.failed_attempts + 1, exception = excluded.exception, last_failed_at = excluded.last_failed_at,
      updated_at = excluded.updated_at
    where f.last_failed_at < excluded.last_failed_at
    """)

  static let refused = PostgresStatement(
    "ledger.refused",
    """
    insert into ops.failed_messages as f
      (message_id, queue, exchange, routing_key, payload, headers, exception, exception_trace, last_failed_at, can_retry, created_at,
       updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, '', clock_timestamp(), false, clock_timestamp(), clock_timestamp())
    on conflict (message_id, queue) do update
    set failed_attempts = f.failed_attempts + 1, last_failed_at = excluded.last_failed_at, updated_at = excluded.updated_at
    """)

  /// One that failed so long ago and does not wait was discarded.
  static let remove = PostgresStatement(
    "ledger.remove", "delete from ops.messages where \(isSettled) and \(positionSQL) <= $2")

  /// The last position of some that can be removed.
  static let removable = PostgresStatement(
    "ledger.removable",
    "select max(position) from (select \(positionSQL) as position from ops.messages where \(isSettled) order by created_at limit 50000) p")

  /// No row is older than its event, so the index over the event's time finds it.
  private static let isSettled = """
    created_at < clock_timestamp() - make_interval(secs => $1) and updated_at < clock_timestamp() - make_interval(secs => $1)
      and (status in ('consumed', 'failed') or queue = '' and status = 'published')
    """

  /// What is not consumed of messages that are no longer compared one by one.
  static let unsettled = PostgresStatement(
    "ledger.unsettled",
    """
    select \(positionSQL), coalesce(routing_key, ''), queue, status from ops.messages
    where queue <> '' and \(positionSQL) <= $1 and status in ('pending', 'published', 'failed') and not (\(isDiscarded))
    order by 1 limit 1000
    """)

  static let heal = PostgresStatement(
    "ledger.heal",
    """
    update ops.messages
    set status = 'consumed', consumed_at = clock_timestamp(), error_message = '\(guess)', updated_at = clock_timestamp()
    where queue = $1 and status in ('published', 'failed') and not (\(isDiscarded)) and \(positionSQL) <= $2
      and updated_at < clock_timestamp() - interval '1 minute'
      and not exists (select from ops.failed_messages f where f.queue = $1 and f.can_retry)
    """)

  static let first = PostgresStatement("ledger.first", "select min(\(positionSQL)) from ops.messages")

  static let statuses = PostgresStatement(
    "ledger.statuses",
    """
    select message_id, queue, case when status = 'failed' and error_message ^@ '\(discardedMark)' then 'discarded' else status end
    from ops.messages where message_id = any($1::text[])
    """)

  static let waiting = PostgresStatement(
    "ledger.waiting", "select message_id, queue, exception from ops.failed_messages order by id limit 1000")
}
