-- migrate:up
set local role event_store_owner;

-- Takes or renews a lease. Returns its epoch, or null: another holds it. The epoch grows whenever the holder changes, so
-- that what a former holder still writes can be told from what the present one writes. A holder's name is used by one
-- process at a time. Safe to repeat.
create function event_store.acquire_lease(lease text, wanted_by text, lifetime interval) returns bigint
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  insert into event_store.leases as l (name, holder, epoch, expires_at)
  values (lease, wanted_by, 1, clock_timestamp() + lifetime)
  on conflict (name) do update
    set holder = excluded.holder,
      epoch = case when l.holder = excluded.holder then l.epoch else l.epoch + 1 end,
      -- Not excluded.expires_at: this statement may have waited for the row.
      expires_at = clock_timestamp() + lifetime
    where l.holder is null or l.holder = excluded.holder or l.expires_at <= clock_timestamp()
  returning l.epoch
$$;

-- Gives a lease back before it expires. Returns false where it was another's.
create function event_store.release_lease(lease text, held_by text) returns boolean
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  with released as (
    update event_store.leases l set holder = null, expires_at = clock_timestamp()
      where l.name = lease and l.holder = held_by returning 1
  )
  select exists (select from released)
$$;

-- Takes `wanted` numbers of a kind and returns the first; the first ever is 1000. What is taken is never given again.
create function event_store.next_ids(id_kind text, wanted integer) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  first_id bigint;
begin
  if wanted is null or wanted < 1 then
    raise exception 'a block holds at least one id, not %', wanted using errcode = '22023';
  end if;
  insert into event_store.id_blocks as b (kind, next_id) values (id_kind, 1000 + wanted)
  on conflict (kind) do update set next_id = b.next_id + wanted
  returning b.next_id - wanted into first_id;
  return first_id;
end;
$$;

-- Timers that are due by this server's clock, the longest due first. Position tells a setting from a later one: the append
-- that fires it cancels exactly this setting.
create function event_store.due_timers(at_most integer)
returns table (name text, due_at timestamptz, payload json, "position" bigint)
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  select t.name, t.due_at, t.payload, t.position from event_store.timers t
    where t.due_at <= clock_timestamp() order by t.due_at, t.name limit at_most
$$;

-- How long until the next timer is due: zero or less: now; null: there is none.
create function event_store.next_timer_delay() returns interval
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  select min(t.due_at) - clock_timestamp() from event_store.timers t
$$;

-- Begins to follow under an epoch of a lease, which shuts out all earlier epochs. Returns the position reached (0: none), or
-- null: a later epoch has begun.
create function event_store.open_subscription(subscription text, with_epoch bigint) returns bigint
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  insert into event_store.subscriptions as s (name, position, epoch) values (subscription, 0, with_epoch)
  on conflict (name) do update set epoch = excluded.epoch where s.epoch <= excluded.epoch
  returning s.position
$$;

-- Moves a checkpoint. Returns false, and changes nothing, where position or epoch are not the stored ones.
create function event_store.advance_subscription(
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

-- Where a subscription stands; null: there is none of that name.
create function event_store.subscription_position(subscription text) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.position from event_store.subscriptions s where s.name = subscription
$$;

-- Keeps a folded stream, unless a later one of the same fold is kept already.
create function event_store.save_snapshot(
  of_stream text, of_fingerprint text, at_version bigint, at_token uuid, folded bytea
) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  insert into event_store.snapshots as s (stream, fingerprint, version, token, state)
  values (of_stream, of_fingerprint, at_version, at_token, folded)
  on conflict (stream) do update
    set fingerprint = excluded.fingerprint, version = excluded.version, token = excluded.token, state = excluded.state
    where s.fingerprint <> excluded.fingerprint or s.version < excluded.version
$$;

-- The folded stream, if this fold made it.
create function event_store.load_snapshot(of_stream text, of_fingerprint text)
returns table (version bigint, token uuid, state bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.version, s.token, s.state from event_store.snapshots s where s.stream = of_stream and s.fingerprint = of_fingerprint
$$;

-- Drops a stream's snapshot: a person in it is to be forgotten.
create function event_store.delete_snapshot(of_stream text) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  delete from event_store.snapshots s where s.stream = of_stream
$$;

-- Drops up to `at_most` expired answers; returns how many. Reads the table from its oldest row on: no index on the time of
-- expiry, since every append would pay for it.
create function event_store.expire_commands(at_most integer) returns bigint
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  with old as (
    delete from event_store.commands c
      where c.ctid = any (array(
        select o.ctid from event_store.commands o where o.expires_at <= clock_timestamp() limit at_most for update skip locked))
      returning 1
  )
  select count(*) from old
$$;

-- Functions are anybody's by default; here they are the application's, but for the owner's own.
revoke all on all functions in schema event_store from public;
grant execute on all functions in schema event_store to event_store_app;
revoke all on function event_store.grant_reader(text, text[]), event_store.refuse_change() from event_store_app;
grant select on event_store.log, event_store.events, event_store.category_rights, event_store.chain to event_store_app;
reset role;

-- migrate:down
set local role event_store_owner;
drop function event_store.acquire_lease, event_store.release_lease, event_store.next_ids, event_store.due_timers,
  event_store.next_timer_delay, event_store.open_subscription, event_store.advance_subscription,
  event_store.subscription_position, event_store.save_snapshot, event_store.load_snapshot, event_store.delete_snapshot,
  event_store.expire_commands;
reset role;
