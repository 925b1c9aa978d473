import Postgres

extension WebhookStore {
  static let active = PostgresStatement(
    "webhooks.active", "select id, routing_keys, position, revision from ops.webhook_subscriptions where state = 'active' order by id")

  /// `$1`, `$2` bigint[]: subscriptions and their revisions; `$3`, `$4` bigint: from where to where; `$5`–`$8`: deliveries; `$9`: now.
  /// A message that is there already is made due again where somebody asked for that, and left alone otherwise.
  static let plan = PostgresStatement(
    "webhooks.plan",
    """
    with moved as (
      update ops.webhook_subscriptions s set position = $4
      from unnest($1::bigint[], $2::bigint[]) as t (id, revision)
      where s.id = t.id and s.revision = t.revision and s.position = $3 and s.state = 'active'
      returning s.id)
    insert into ops.webhook_deliveries as d (subscription_id, message_id, position, routing_key, next_attempt_at, created_at, updated_at)
    select t.subscription_id, t.message_id, t.position, t.routing_key, $9, $9, $9
    from unnest($5::bigint[], $6::uuid[], $7::bigint[], $8::text[]) with ordinality
      as t (subscription_id, message_id, position, routing_key, place)
    join moved m on m.id = t.subscription_id
    order by t.place
    on conflict (subscription_id, message_id) do update
    set state = 'pending', attempts = 0, next_attempt_at = excluded.next_attempt_at, updated_at = excluded.updated_at
    where (d.claimed_until is null or d.claimed_until <= excluded.updated_at)
      and d.position <= (select repeat_through from ops.webhook_subscriptions r where r.id = d.subscription_id)
    """)

  /// `$1`: now; `$2` bigint: at most so many; `$3` bigint: at once for one subscription; `$4`: until when they are taken. Subscriptions take
  /// turns, those whose last try failed after all others.
  static let claim = PostgresStatement(
    "webhooks.claim",
    """
    with messages as (
      select p.id from (
        select id, consecutive_failures from ops.webhook_subscriptions
        where state = 'active' and (not_before is null or not_before <= $1) order by consecutive_failures > 0, random()) s
      cross join lateral (
        select p.id from ops.webhook_deliveries p
        where p.subscription_id = s.id and p.state = 'pending' and p.next_attempt_at <= $1 and p.position is not null
          and (p.claimed_until is null or p.claimed_until <= $1)
        order by p.next_attempt_at, p.id
        limit greatest(0, case when s.consecutive_failures > 0 then 1 else $3::bigint end
          - (select count(*) from ops.webhook_deliveries c where c.subscription_id = s.id and c.claimed_until > $1))
        for update skip locked) p
      limit $2),
    pings as (
      select p.id from ops.webhook_deliveries p
      where p.state = 'pending' and p.position is null and p.next_attempt_at <= $1 and (p.claimed_until is null or p.claimed_until <= $1)
      order by p.id limit 4 for update skip locked)
    update ops.webhook_deliveries d
    set attempts = d.attempts + 1, claim = d.claim + 1, claimed_until = $4, last_attempt_at = $1
    from (select id from messages union all select id from pings) due, ops.webhook_subscriptions s
    where d.id = due.id and s.id = d.subscription_id
    returning d.id, d.subscription_id, d.message_id, d.position, d.attempts, d.claim, s.url, s.secret_key_id, s.secret_version,
      s.oldest_secret_version, s.old_secrets_until, d.created_at
    """)

  /// `$1` bigint: subscription; `$2`, `$3` bigint: delivery and claim; `$4` text: its state; `$5`: the next try; `$6`–`$9`: status,
  /// answer, error, milliseconds; `$10`: now; `$11`: nothing before; `$12` bool: the receiver is gone; `$13` integer, `$14`: disabled
  /// with so many failures since then or before; `$15` bool: whether it counts. The subscription is locked first, as the planner does.
  static let note = PostgresStatement(
    "webhooks.note",
    """
    with subscription as (select id from ops.webhook_subscriptions where id = $1 for no key update),
    noted as (
      update ops.webhook_deliveries d
      set state = $4, next_attempt_at = coalesce($5, d.next_attempt_at), claimed_until = null, last_status = $6, last_response = $7,
        last_error = $8, last_duration_ms = $9, updated_at = $10,
        delivered_at = case when $4 = 'delivered' then $10::timestamptz else d.delivered_at end
      from subscription s where d.subscription_id = s.id and d.id = $2 and d.claim = $3 and d.claimed_until is not null
      returning d.subscription_id),
    judged as (
      select s.id, s.consecutive_failures + 1 as failures, coalesce(s.failing_since, $10) as since,
        $4 <> 'delivered' and ($12 or s.consecutive_failures + 1 >= $13 and coalesce(s.failing_since, $10) <= $14) as is_over
      from ops.webhook_subscriptions s join noted n on n.subscription_id = s.id)
    update ops.webhook_subscriptions s
    set consecutive_failures = case when $4 = 'delivered' then 0 else j.failures end,
      failing_since = case when $4 = 'delivered' then null else j.since end,
      not_before = greatest(s.not_before, $11),
      state = case when j.is_over then 'disabled' else s.state end,
      disabled_at = case when not j.is_over then s.disabled_at when s.state = 'disabled' then s.disabled_at else $10 end,
      disabled_reason = case when not j.is_over then s.disabled_reason when s.state = 'disabled' then s.disabled_reason
        when $12 then 'the receiver answered 410 Gone'
        else j.failures || ' tries in a row failed, the first at ' || to_char(j.since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') end,
      revision = case when j.is_over and s.state = 'active' then s.revision + 1 else s.revision end,
      updated_at = case when j.is_over then $10 else s.updated_at end
    from judged j
    where s.id = j.id and $15 and ($4 <> 'delivered' or s.consecutive_failures > 0)
    returning case when j.is_over then s.disabled_reason end
    """)

  static let release = PostgresStatement(
    "webhooks.release",
    """
    update ops.webhook_deliveries set attempts = greatest(0, attempts - 1), claimed_until = null
    where id = $1 and claim = $2 and claimed_until is not null
    """)

  static let remove = PostgresStatement(
    "webhooks.remove",
    """
    delete from ops.webhook_deliveries where id in (
      select id from ops.webhook_deliveries where state <> 'pending' and updated_at < $1 order by updated_at limit 5000)
    returning id
    """)
}
