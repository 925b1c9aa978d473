-- Webhooks: who outside is told of which messages over HTTP, and how each delivery went. Operational, as the ledger: no replay touches them.
-- The gateway makes and changes subscriptions as `messages_broker_reader`; `comptoir webhooks` plans and sends as `messages_broker_projector`.

-- migrate:up
set role messages_broker_owner;

create table ops.webhook_subscriptions (
  id bigint generated always as identity primary key,
  url varchar(2048) not null,
  description varchar(255),
  -- Patterns of routing keys as AMQP's topics have them: `*` is one word, `#` any number of words.
  routing_keys text[] not null check (cardinality(routing_keys) between 1 and 50),
  state text not null default 'active' check (state in ('active', 'disabled')),
  -- When and why nothing is sent any more; null while it is active.
  disabled_at timestamptz,
  disabled_reason varchar(500),
  -- Tries that failed since the last one that got through, and when the first of them was.
  consecutive_failures integer not null default 0 check (consecutive_failures >= 0),
  failing_since timestamptz,
  -- Nothing is sent before this time: the receiver asked to be left alone until then.
  not_before timestamptz,
  -- Deliveries are planned up to this position of the log.
  position bigint not null check (position >= 0),
  -- Messages up to this position are planned again where they were delivered or had failed; null when nobody asked for that.
  repeat_through bigint check (repeat_through >= 0),
  -- The secret is derived from the installation's own by these two; it stands nowhere.
  secret_key_id uuid not null default gen_random_uuid(),
  secret_version integer not null default 1 check (secret_version >= 1),
  -- Until `old_secrets_until`, deliveries are signed with all secrets from this version on.
  oldest_secret_version integer not null default 1 check (oldest_secret_version between 1 and secret_version),
  old_secrets_until timestamptz,
  -- Grows with each change by an administrator: the entity tag, and what tells a planner that it read an older row.
  revision bigint not null default 1 check (revision >= 1),
  -- A repetition of the request that made it finds it by these.
  command_id uuid unique,
  request_hash bytea,
  created_by bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint webhook_subscriptions_disabled_check check ((state = 'disabled') = (disabled_at is not null and disabled_reason is not null))
);

-- One row a subscription and message. The body is made from the log when it is sent.
create table ops.webhook_deliveries (
  id bigint generated always as identity primary key,
  subscription_id bigint not null references ops.webhook_subscriptions (id) on delete cascade,
  -- The event_id of the envelope, and the webhook-id: the same however often it is sent.
  message_id uuid not null,
  -- Where the event stands; null for a ping.
  position bigint,
  routing_key varchar(255) not null,
  state text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
  attempts integer not null default 0 check (attempts >= 0),
  next_attempt_at timestamptz not null,
  -- Until when a sender has it; null when nobody has. What another one takes after that it takes under the next number.
  claimed_until timestamptz,
  claim bigint not null default 0,
  -- Of the last try: the answer's status and how it began, or why there was no answer, and how long it took.
  last_status integer check (last_status between 100 and 999),
  last_response varchar(500),
  last_error varchar(500),
  last_duration_ms integer check (last_duration_ms >= 0),
  last_attempt_at timestamptz,
  delivered_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint webhook_deliveries_subscription_id_message_id_unique unique (subscription_id, message_id)
);
-- What is to be sent next, pings apart; what is being sent; what failed; what can be removed.
create index webhook_deliveries_pending_index on ops.webhook_deliveries (subscription_id, next_attempt_at, id) where state = 'pending';
create index webhook_deliveries_pings_index on ops.webhook_deliveries (id) where state = 'pending' and position is null;
create index webhook_deliveries_claimed_index on ops.webhook_deliveries (subscription_id) where claimed_until is not null;
create index webhook_deliveries_failed_index on ops.webhook_deliveries (subscription_id, id) where state = 'failed';
create index webhook_deliveries_subscription_id_id_index on ops.webhook_deliveries (subscription_id, id);
create index webhook_deliveries_updated_at_index on ops.webhook_deliveries (updated_at) where state <> 'pending';

grant select, insert, delete on ops.webhook_subscriptions to messages_broker_reader;
grant update (
  url, description, routing_keys, state, disabled_at, disabled_reason, consecutive_failures, failing_since, not_before, position,
  repeat_through, secret_version, oldest_secret_version, old_secrets_until, revision, updated_at
) on ops.webhook_subscriptions to messages_broker_reader;
grant select, insert on ops.webhook_deliveries to messages_broker_reader;
grant update (state, attempts, next_attempt_at, updated_at) on ops.webhook_deliveries to messages_broker_reader;
grant select, update on ops.webhook_subscriptions to messages_broker_projector;
grant select, insert, update, delete on ops.webhook_deliveries to messages_broker_projector;

reset role;

-- migrate:down
drop table ops.webhook_deliveries;
drop table ops.webhook_subscriptions;
