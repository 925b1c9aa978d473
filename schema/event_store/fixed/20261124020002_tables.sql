-- migrate:up
set local role event_store_owner;

-- The row every append group locks first. It is locked and never updated: an updated row would leave a dead version per
-- group, and one reader with a transaction open would make the next lock walk all of them. Position and hash of the head
-- are those of the newest row of commits.
create table event_store.head (
  only_row boolean primary key default true check (only_row),
  log_id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default clock_timestamp()
);
insert into event_store.head default values;

-- Names compare by bytes (collate "C") everywhere: nobody sorts them for people, and it halves the cost of an index probe.

-- The log. Positions start at 1, have no gaps, and are given in commit order; versions start at 1 in each stream.
-- Written by append_group alone, changed by nobody.
-- Columns of fixed size stand first: what an append reads of a stream's newest row (version, token) is then found without
-- a walk over its texts.
create table event_store.events (
  position bigint not null,
  version bigint not null,
  -- When it was written, by this server's clock; never before its predecessor's.
  recorded_at timestamptz not null,
  -- When it happened, by whoever decided it; feeds rows.
  occurred_at timestamptz not null,
  -- The decision token: drawn by each run of decide, so that two decisions of one command can be told apart.
  token uuid not null,
  -- UUIDv5 of command_id and command_index, and so as unique as these.
  event_id uuid not null,
  command_id uuid not null,
  -- Which event of its command, from 0.
  command_index integer not null,
  schema_version smallint not null,
  -- May services other than the category's own read it?
  is_public boolean not null,
  stream text collate "C" not null,
  -- What stands before the first hyphen of the stream's name.
  category text collate "C" not null generated always as (split_part(stream, '-', 1)) stored,
  type text collate "C" not null,
  -- SHA-256 over what the writer decided of this row (event_store.event_digest); the chain of commits covers it.
  digest bytea not null check (octet_length(digest) = 32),
  -- Whose key encrypts the personal fields of the payload; null: it has none.
  subject text collate "C",
  -- json and not jsonb: it is kept byte for byte, and the hash chain covers those bytes.
  payload json compression lz4 not null,
  metadata json compression lz4 not null,
  primary key (position)
);
-- Loads a stream in order, finds its head, keeps versions unique. The token is not included: index entries half as long
-- again cost every append more than the visit to the newest row, which is mostly in memory, costs a cold stream.
create unique index events_stream_version on event_store.events (stream, version);
-- Finds what a command has written, and refuses to write it twice. Only first events: the others stand right behind them
-- in the log, and a random id is the dearest thing to index.
create unique index events_command on event_store.events (command_id) where command_index = 0;

-- One row a group that wrote events: a chain of hashes over every column of the log (docs/decisions/0002-hash-chain.md).
create table event_store.commits (
  first_position bigint not null,
  last_position bigint not null,
  recorded_at timestamptz not null,
  hash bytea not null check (octet_length(hash) = 32),
  primary key (last_position),
  check (first_position between 1 and last_position)
);

-- Answers of client-class commands, for the case that the client asks again. A row expires; the ids of the events remain.
-- A command that wrote events is found by its first event, then here by that event's position, which only grows; so
-- there is no second index over random ids to keep, but for the few commands that wrote none.
create table event_store.commands (
  command_id uuid not null,
  -- Of its first event; null: it wrote none.
  first_position bigint,
  request_hash bytea not null,
  -- Status and ids of what was made, or a body encrypted with the subject's key; never a token.
  answer bytea,
  -- Of its last event, or of the head when it wrote none.
  position bigint not null,
  -- Of the append's streams after it, in their order.
  versions bigint[] not null,
  recorded_at timestamptz not null,
  expires_at timestamptz not null
);
create unique index commands_first_position on event_store.commands (first_position);
create unique index commands_without_events on event_store.commands (command_id) where first_position is null;

-- Names that only one owner (a stream) may hold.
create table event_store.claims (
  key text collate "C" primary key,
  owner text collate "C" not null,
  -- Of the append that took it.
  position bigint not null
);

-- What is to happen later. Firing is a derived command, whose append cancels the timer.
create table event_store.timers (
  name text collate "C" primary key,
  due_at timestamptz not null,
  payload json not null,
  -- Of the append that set it: a timer set again is another setting.
  position bigint not null
);
create index timers_due_at on event_store.timers (due_at);

-- Who may run what, by this server's clock. Rows stay for ever, so that an epoch never comes twice.
create table event_store.leases (
  name text collate "C" primary key,
  -- Null: given back.
  holder text collate "C",
  epoch bigint not null,
  expires_at timestamptz not null
) with (fillfactor = 50);

-- Numbers for rows, handed out in blocks.
create table event_store.id_blocks (
  kind text collate "C" primary key,
  next_id bigint not null
) with (fillfactor = 50);

-- How far each follower without a database of its own has got, and under which epoch of its lease.
create table event_store.subscriptions (
  name text collate "C" primary key,
  position bigint not null,
  epoch bigint not null
) with (fillfactor = 50);

-- A folded stream; only a short cut, always safe to delete.
create table event_store.snapshots (
  stream text collate "C" primary key,
  -- Of the fold that made it: another one is no use.
  fingerprint text collate "C" not null,
  version bigint not null,
  token uuid not null,
  state bytea not null
);

-- Which private events a role reads; '*' is all.
create table event_store.category_rights (
  role_name text collate "C" not null,
  category text collate "C" not null,
  primary key (role_name, category)
);
insert into event_store.category_rights values ('event_store_app', '*');

-- Append-only, for the owner too. Statement-level, so that it refuses even a statement that would meet no row.
create function event_store.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'event_store.% is append-only: % refused', tg_table_name, tg_op using errcode = '55000';
end;
$$;
create trigger append_only before update or delete or truncate on event_store.events
  for each statement execute function event_store.refuse_change();
create trigger append_only before update or delete or truncate on event_store.commits
  for each statement execute function event_store.refuse_change();
-- Always: also for a session that runs as a replica.
alter table event_store.events enable always trigger append_only;
alter table event_store.commits enable always trigger append_only;

-- Framing of the hash chain, docs/decisions/0002-hash-chain.md. Integers are big-endian, times microseconds since 1970 UTC,
-- uuids their 16 bytes; what varies in length has its length in bytes before it, as int4, null being -1 and nothing.

-- These functions have no search_path of their own, so that PostgreSQL can inline them; every name in them is qualified.

-- Text as the framing writes it. The database's encoding is UTF8.
create function event_store.framed(value text) returns bytea
language sql immutable parallel safe as $$
  select coalesce(
    pg_catalog.int4send(pg_catalog.octet_length(value)) || pg_catalog.convert_to(value, 'UTF8'), pg_catalog.int4send(-1))
$$;

-- Microseconds since 1970, exactly. By way of an interval, because extract of a time with zone is only stable, and a stable
-- function cannot be inlined into these.
create function event_store.microseconds(value timestamptz) returns bigint
language sql immutable parallel safe as $$
  select (extract(epoch from value - timestamptz '1970-01-01 00:00:00+00') * 1000000)::bigint
$$;

-- Stands for the previous hash of the first commit.
create function event_store.genesis_hash() returns bytea
language sql immutable parallel safe as $$
  select pg_catalog.decode(pg_catalog.repeat('00', 32), 'hex')
$$;

-- What the writer of an event has to send as its digest: SHA-256 over every column it decides.
create function event_store.event_digest(
  stream text, event_id uuid, type text, schema_version smallint, is_public boolean, subject text, payload json, metadata json,
  command_id uuid, command_index integer, token uuid, occurred_at timestamptz
) returns bytea
language sql immutable parallel safe as $$
  select pg_catalog.sha256(
    '\x01'::bytea || event_store.framed(stream) || pg_catalog.uuid_send(event_id) || event_store.framed(type)
    || pg_catalog.int2send(schema_version) || pg_catalog.boolsend(is_public) || event_store.framed(subject) || event_store.framed(payload::text)
    || event_store.framed(metadata::text) || pg_catalog.uuid_send(command_id) || pg_catalog.int4send(command_index) || pg_catalog.uuid_send(token)
    || pg_catalog.int8send(event_store.microseconds(occurred_at)))
$$;

-- Hash of a commit. `members` is, for each of its events in order: position, version, digest (8 + 8 + 32 bytes).
create function event_store.commit_hash(
  previous_hash bytea, first_position bigint, last_position bigint, recorded_at timestamptz, members bytea
) returns bytea
language sql immutable parallel safe as $$
  select pg_catalog.sha256(
    '\x02'::bytea || previous_hash || pg_catalog.int8send(first_position) || pg_catalog.int8send(last_position)
    || pg_catalog.int8send(event_store.microseconds(recorded_at)) || members)
$$;

revoke all on all tables in schema event_store from public;
revoke all on function event_store.refuse_change() from public;
reset role;

-- migrate:down
set local role event_store_owner;
drop table event_store.events, event_store.commits, event_store.commands, event_store.claims, event_store.timers,
  event_store.leases, event_store.id_blocks, event_store.subscriptions, event_store.snapshots,
  event_store.category_rights, event_store.head;
drop function event_store.refuse_change();
drop function event_store.commit_hash;
drop function event_store.event_digest;
drop function event_store.genesis_hash;
drop function event_store.microseconds;
drop function event_store.framed;
reset role;
