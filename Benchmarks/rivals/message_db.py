"""Message DB's way of writing, told again in SQL of our own and driven by pgbench: one message a call, no expected version.

A writer takes a transaction-long advisory lock on the stream's category, looks up the stream's greatest version and inserts the next one;
so positions are in commit order within a category, and its writers queue, each for a whole commit. Index on (stream, version), on
(category, position), and unique message ids, as there.
"""

from common import *

SCHEMA = """
create table messages (
  global_position bigserial primary key,
  id uuid not null default gen_random_uuid(),
  stream_name text not null,
  position bigint not null,
  type text not null,
  data jsonb,
  metadata jsonb,
  time timestamp not null default (now() at time zone 'utc'));

create function category_of(stream text) returns text language sql immutable as $$ select split_part(stream, '-', 1) $$;
create unique index on messages (id);
create unique index on messages (stream_name, position);
create index on messages (category_of(stream_name), global_position);

create function write_message(
  new_id uuid, stream text, new_type text, new_data jsonb, new_metadata jsonb default null, expected bigint default null)
returns bigint language plpgsql as $$
declare
  current bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended(category_of(stream), 0));
  select coalesce(max(position), -1) into current from messages where stream_name = stream;
  if expected is not null and expected <> current then
    raise exception 'stream % is at version %, not %', stream, current, expected;
  end if;
  insert into messages (id, stream_name, position, type, data, metadata)
  values (new_id, stream, current + 1, new_type, new_data, new_metadata);
  return current + 1;
end $$;
"""

with scratch_database() as database:
    psql(database, SCHEMA)
    rate, latency = pgbench(
        database,
        f"\\set stream random(1, {STREAMS})\n"
        "select write_message(gen_random_uuid(), 'bench-' || :stream, 'OrderPlaced', :payload::jsonb);\n",
        variables=[("payload", payload())])
    emit("message_db.write", rate, "events/s", {
        "clients": CLIENTS, "threads": THREADS, "categories": 1, "streams": STREAMS, "payload_bytes": PAYLOAD_BYTES, "loop": "closed",
        "duration_s": duration(), "latency_mean_ms": latency, **server(database)})
