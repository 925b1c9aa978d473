-- migrate:up
set local role event_store_owner;

-- What a role may read of the log: its categories, and the public events of all others. The owner, and so every function
-- here, is not held back. Row security rather than a security_barrier view: below such a view PostgreSQL forgets the order
-- of the index, and sorts all that is left of the log for each batch. The comparisons of position, stream, version and
-- category are leakproof, and so still reach the indexes.
alter table event_store.events enable row level security;
create policy readable on event_store.events for select using (
  (select exists (select from event_store.category_rights r where r.role_name = current_user and r.category = '*'))
  or is_public
  or category = any (array(select r.category from event_store.category_rights r where r.role_name = current_user))
);

-- The log, for all who read it.
-- Follow it by `position > mine order by position limit n`: what is visible has no gap, and nothing appears below it later.
-- With a filter that may match little, bound the window as well (`and position <= mine + n`): positions have no gaps, so a
-- window is read completely, and the checkpoint may move to its end, or to the head where that is less.
create view event_store.log with (security_invoker) as
select e.position, e.stream, e.category, e.version, e.event_id, e.type, e.schema_version, e.is_public, e.subject, e.payload,
  e.metadata, e.command_id, e.command_index, e.token, e.occurred_at, e.recorded_at, e.digest
  from event_store.events e;

-- The chain of hashes, for whoever verifies it.
create view event_store.chain as
select c.first_position, c.last_position, c.recorded_at, c.hash from event_store.commits c;

-- Where the log ends now. Position 0: it is empty.
create function event_store.head(
  out log_id uuid, out "position" bigint, out recorded_at timestamptz, out hash bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select h.log_id, coalesce(c.last_position, 0), coalesce(c.recorded_at, h.created_at), coalesce(c.hash, event_store.genesis_hash())
    from event_store.head h
    left join lateral (
      select m.last_position, m.recorded_at, m.hash from event_store.commits m order by m.last_position desc limit 1
    ) c on true
$$;

-- Takes the turn to write: until the end of the transaction no group of others is judged, so what is read now is still true
-- when append_group, which takes the same lock, is called in it. Who waits is served in the order in which it came. Others
-- wait for the caller, so its session may not idle for more than a second.
create function event_store.take_turn() returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('idle_in_transaction_session_timeout', '1s', true);
  perform 1 from event_store.head h where h.only_row for update;
end;
$$;

-- What is wrong between two positions, both included; no row: nothing. Widens to whole commits. Everything is computed anew
-- from the stored columns; a chain that ends early is found by comparing the head with one written down elsewhere.
--   commit    the hash does not follow from the previous one and the events, or the positions do not join
--   missing   the event is not there
--   event     the event is not what was written
create function event_store.verify(from_position bigint, to_position bigint)
returns table (kind text, "position" bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp set jit = off as $$
  with joined as (
    select c.first_position, c.last_position, c.recorded_at, c.hash,
      coalesce(p.hash, event_store.genesis_hash()) as previous_hash, coalesce(p.last_position, 0) as previous_position
      from event_store.commits c
      left join lateral (
        select m.hash, m.last_position from event_store.commits m
          where m.last_position < c.last_position order by m.last_position desc limit 1
      ) p on true
      where c.last_position >= from_position and c.first_position <= to_position
        -- Where commits are missing, the next one there is tells.
        or c.last_position = (select min(m.last_position) from event_store.commits m where m.last_position >= to_position)
  ), computed as (
    select c.*, e.members, e.bad, e.present,
      event_store.commit_hash(c.previous_hash, c.first_position, c.last_position, c.recorded_at, e.members) as hash_now
      from joined c
      left join lateral (
        select string_agg(int8send(o.position) || int8send(o.version) || o.digest, null order by o.position) as members,
          array_agg(o.position) as present,
          array_agg(o.position) filter (where o.recorded_at <> c.recorded_at or o.digest <> event_store.event_digest(
            o.stream, o.event_id, o.type, o.schema_version, o.is_public, o.subject, o.payload, o.metadata, o.command_id,
            o.command_index, o.token, o.occurred_at)) as bad
          from event_store.events o where o.position between c.first_position and c.last_position
      ) e on true
  ), checked as (
    -- Or from the hash the previous one should have: then that one alone was edited.
    select c.*, lag(c.hash_now) over (order by c.last_position) as previous_hash_now from computed c
  ), found as (
    select 'event' as kind, b.position from checked c, unnest(c.bad) b(position)
    union all
    select 'missing', n from checked c, generate_series(c.first_position, c.last_position) n
      where c.present is null or cardinality(c.present) < c.last_position - c.first_position + 1 and n <> all (c.present)
    union all
    select 'commit', c.last_position from checked c
      where c.first_position <> c.previous_position + 1
        or case
          when c.hash = c.hash_now then false
          else c.hash is distinct from
            event_store.commit_hash(c.previous_hash_now, c.first_position, c.last_position, c.recorded_at, c.members)
        end
    union all
    -- Events no commit knows of: between two commits, and after the last.
    select 'event', o.position from checked c
      join event_store.events o on o.position > c.previous_position and o.position < c.first_position
      where c.first_position > c.previous_position + 1 and o.position between from_position and to_position
    union all
    select 'event', o.position from event_store.events o
      where o.position between from_position and to_position
        and o.position > coalesce((select max(m.last_position) from event_store.commits m), 0)
  )
  select f.kind, f.position from found f order by f.position, f.kind
$$;

-- Who holds a claim; null: it is free.
create function event_store.claim_owner(claim_key text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.owner from event_store.claims c where c.key = claim_key
$$;

-- Lets a service's role follow the log, with the private events of these categories ('*': of all). Replaces earlier rights.
create function event_store.grant_reader(reader text, categories text[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('grant usage on schema event_store to %I', reader);
  execute format('grant select on event_store.log, event_store.events, event_store.category_rights to %I', reader);
  execute format('grant execute on function event_store.head() to %I', reader);
  delete from event_store.category_rights r where r.role_name = reader;
  insert into event_store.category_rights select reader, c from unnest(categories) c;
end;
$$;
reset role;

-- migrate:down
set local role event_store_owner;
drop function event_store.grant_reader;
drop function event_store.claim_owner;
drop function event_store.verify;
drop function event_store.take_turn;
drop function event_store.head;
drop view event_store.chain;
drop view event_store.log;
drop policy readable on event_store.events;
alter table event_store.events disable row level security;
reset role;
