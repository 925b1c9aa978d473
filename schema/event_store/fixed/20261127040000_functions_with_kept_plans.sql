-- migrate:up
set local role event_store_owner;

-- What is asked many times a second, as before, but in PL/pgSQL: it keeps its plans for the session, while a function in SQL that cannot
-- be inlined, as one with rights or settings of its own, is parsed and planned with each call. That was two thirds of its time.

create or replace function event_store.head(
  out log_id uuid, out "position" bigint, out recorded_at timestamptz, out hash bytea)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  select h.log_id, coalesce(c.last_position, 0), coalesce(c.recorded_at, h.created_at), coalesce(c.hash, event_store.genesis_hash())
    into log_id, "position", recorded_at, hash
    from event_store.head h
    left join lateral (
      select m.last_position, m.recorded_at, m.hash from event_store.commits m order by m.last_position desc limit 1
    ) c on true;
end;
$$;

create or replace function event_store.claim_owner(claim_key text) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (select c.owner from event_store.claims c where c.key = claim_key);
end;
$$;

-- The time is asked for once, so that the index leads to what is due: with clock_timestamp() in the condition all timers were read.
create or replace function event_store.due_timers(at_most integer)
returns table (name text, due_at timestamptz, payload json, "position" bigint)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  now_is constant timestamptz := clock_timestamp();
begin
  return query select t.name, t.due_at, t.payload, t.position from event_store.timers t
    where t.due_at <= now_is order by t.due_at, t.name limit at_most;
end;
$$;

create or replace function event_store.acquire_lease(lease text, wanted_by text, lifetime interval) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  held bigint;
begin
  insert into event_store.leases as l (name, holder, epoch, expires_at)
  values (lease, wanted_by, 1, clock_timestamp() + lifetime)
  on conflict (name) do update
    set holder = excluded.holder,
      epoch = case when l.holder = excluded.holder then l.epoch else l.epoch + 1 end,
      -- Not excluded.expires_at: this statement may have waited for the row.
      expires_at = clock_timestamp() + lifetime
    where l.holder is null or l.holder = excluded.holder or l.expires_at <= clock_timestamp()
  returning l.epoch into held;
  return held;
end;
$$;

create or replace function event_store.advance_subscription(
  subscription text, from_position bigint, to_position bigint, with_epoch bigint
) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  update event_store.subscriptions s set position = to_position
    where s.name = subscription and s.position = from_position and s.epoch = with_epoch and to_position >= from_position;
  return found;
end;
$$;

create or replace function event_store.subscription_position(subscription text) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (select s.position from event_store.subscriptions s where s.name = subscription);
end;
$$;

create or replace function event_store.load_snapshot(of_stream text, of_fingerprint text)
returns table (version bigint, token uuid, state bytea)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query select s.version, s.token, s.state from event_store.snapshots s
    where s.stream = of_stream and s.fingerprint = of_fingerprint;
end;
$$;
reset role;

-- migrate:down
set local role event_store_owner;
create or replace function event_store.head(
  out log_id uuid, out "position" bigint, out recorded_at timestamptz, out hash bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select h.log_id, coalesce(c.last_position, 0), coalesce(c.recorded_at, h.created_at), coalesce(c.hash, event_store.genesis_hash())
    from event_store.head h
    left join lateral (
      select m.last_position, m.recorded_at, m.hash from event_store.commits m order by m.last_position desc limit 1
    ) c on true
$$;

create or replace function event_store.claim_owner(claim_key text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.owner from event_store.claims c where c.key = claim_key
$$;

create or replace function event_store.due_timers(at_most integer)
returns table (name text, due_at timestamptz, payload json, "position" bigint)
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  select t.name, t.due_at, t.payload, t.position from event_store.timers t
    where t.due_at <= clock_timestamp() order by t.due_at, t.name limit at_most
$$;

create or replace function event_store.acquire_lease(lease text, wanted_by text, lifetime interval) returns bigint
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  insert into event_store.leases as l (name, holder, epoch, expires_at)
  values (lease, wanted_by, 1, clock_timestamp() + lifetime)
  on conflict (name) do update
    set holder = excluded.holder,
      epoch = case when l.holder = excluded.holder then l.epoch else l.epoch + 1 end,
      expires_at = clock_timestamp() + lifetime
    where l.holder is null or l.holder = excluded.holder or l.expires_at <= clock_timestamp()
  returning l.epoch
$$;

create or replace function event_store.advance_subscription(
  subscription text, from_position bigint, to_position bigint, with_epoch bigint
) returns boolean
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  with moved as (
    update event_store.subscriptions s set position = to_position
      where s.name = subscription and s.position = from_position and s.epoch = with_epoch and to_position >= from_position
      returning 1
  )
  select exists (select from moved)
$$;

create or replace function event_store.subscription_position(subscription text) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.position from event_store.subscriptions s where s.name = subscription
$$;

create or replace function event_store.load_snapshot(of_stream text, of_fingerprint text)
returns table (version bigint, token uuid, state bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.version, s.token, s.state from event_store.snapshots s where s.stream = of_stream and s.fingerprint = of_fingerprint
$$;
reset role;
