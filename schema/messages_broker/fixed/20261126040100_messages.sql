-- What passed through the broker, and what could not be handled. Written as messages pass, not projected: ids are identities, and no replay
-- touches the rows.
-- `messages_broker_projector` is the role that writes, `messages_broker_reader` the one that the gateway reads with.

-- migrate:up
set role messages_broker_owner;

-- One row a message and queue it is bound for.
create table ops.messages (
  id bigint generated always as identity primary key,
  -- The event_id of the envelope.
  message_id varchar(255) not null,
  -- Empty for a message that the topology sends nowhere.
  queue varchar(255) not null,
  exchange varchar(255),
  routing_key varchar(255),
  -- The event_type of the envelope.
  type varchar(255) not null,
  -- The whole body; one that is no JSON as {"raw": "..."}.
  payload jsonb not null,
  headers jsonb,
  status text not null default 'pending' check (status in ('pending', 'published', 'consumed', 'failed', 'dead_letter')),
  retry_count integer not null default 0 check (retry_count >= 0),
  published_at timestamptz,
  consumed_at timestamptz,
  failed_at timestamptz,
  error_message text,
  consumer_tag varchar(255),
  created_at timestamptz,
  updated_at timestamptz,
  constraint messages_message_id_queue_unique unique (message_id, queue)
);
create index messages_queue_status_index on ops.messages (queue, status);
create index messages_created_at_index on ops.messages (created_at);

-- One row a message and queue, however often it fails there.
create table ops.failed_messages (
  id bigint generated always as identity primary key,
  message_id varchar(255) not null,
  queue varchar(255) not null,
  exchange varchar(255),
  routing_key varchar(255),
  -- The whole body; one that is no JSON as {"raw": "..."}.
  payload jsonb not null,
  headers jsonb,
  -- What was wrong.
  exception text not null,
  -- Where it happened; may be empty.
  exception_trace text not null,
  failed_attempts integer not null default 1 check (failed_attempts >= 1),
  last_failed_at timestamptz not null,
  -- False for a bad payload and for a refusal by a rule: trying again would end the same.
  can_retry boolean not null default true,
  created_at timestamptz,
  updated_at timestamptz,
  constraint failed_messages_message_id_queue_unique unique (message_id, queue)
);
create index failed_messages_queue_can_retry_index on ops.failed_messages (queue, can_retry);
create index failed_messages_created_at_index on ops.failed_messages (created_at);

grant select on ops.messages, ops.failed_messages to messages_broker_reader;
grant select, insert, update, delete on ops.messages, ops.failed_messages to messages_broker_projector;

reset role;

-- migrate:down
drop table ops.failed_messages;
drop table ops.messages;
