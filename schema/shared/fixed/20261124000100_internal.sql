-- What every read database has beside its generations: bookkeeping of projections, and functions of its readers.
-- `:"owner"`, `:"projector"` and `:"reader"` are the roles of the database that the file is applied to.

-- migrate:up
create schema internal authorization :"owner";
create schema ops authorization :"owner";
create extension if not exists unaccent with schema internal;

set role :"owner";

-- A generation is a pair of schemas, projected rows and copies of others' facts. One is current; a replay fills a shadow
-- beside it; the one that was current before the last swap is kept for a rollback.
create table internal.generations (
  id bigint generated always as identity primary key,
  state text not null check (state in ('current', 'shadow', 'previous', 'dropped')),
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);
create unique index generations_one_of_each on internal.generations (state) where state <> 'dropped';

-- How far a projection has got in a generation. Moved by compare-and-set in the transaction that changes the rows.
create table internal.checkpoints (
  generation bigint not null references internal.generations (id),
  name text not null,
  position bigint not null default 0 check (position >= 0),
  epoch bigint not null default 0,
  updated_at timestamptz not null default now(),
  primary key (generation, name)
) with (fillfactor = 50);

-- Events that could not be applied, and those after them that touch the same lanes, in order.
create table internal.parked_events (
  generation bigint not null references internal.generations (id),
  name text not null,
  position bigint not null,
  stream text not null,
  type text not null,
  lanes text[] not null,
  error text,
  attempts integer not null default 0,
  parked_at timestamptz not null default now(),
  next_attempt_at timestamptz not null default now(),
  primary key (generation, name, position)
);

-- Where the rows that a reader sees are true: the current generation's checkpoint.
create function internal.position() returns bigint
language sql stable parallel safe security definer set search_path = internal, pg_temp as $$
  select coalesce(
    (select c.position from internal.checkpoints c join internal.generations g on g.id = c.generation where g.state = 'current'),
    0)
$$;

-- Text as the original's collation compared it: without case and without accents.
create function internal.fold(value text) returns text
language sql immutable parallel safe strict as $$
  select internal.unaccent('internal.unaccent'::regdictionary, lower(value))
$$;

grant usage on schema internal, ops to :"projector", :"reader";
grant select on internal.generations, internal.checkpoints, internal.parked_events to :"projector", :"reader";
grant insert, update on internal.checkpoints to :"projector";
grant insert, update, delete on internal.parked_events to :"projector";

reset role;

-- migrate:down
drop schema ops cascade;
drop schema internal cascade;
