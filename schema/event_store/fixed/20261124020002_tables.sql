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

revoke all on all tables in schema event_store from public;
revoke all on function event_store.refuse_change() from public;
reset role;

-- migrate:down
set local role event_store_owner;
drop table event_store.events, event_store.commits, event_store.commands, event_store.claims, event_store.timers,
  event_store.leases, event_store.id_blocks, event_store.subscriptions, event_store.snapshots,
  event_store.category_rights, event_store.head;
drop function event_store.refuse_change();
reset role;
