-- The ledger of messages: what is asked of it, and what an administrator may change of it through the gateway.

-- migrate:up
set role messages_broker_owner;

-- Lists by what became of messages, and by routing key in the order of the log.
create index messages_status_id_index on ops.messages (status, id);
create index messages_routing_key_position_index
  on ops.messages (routing_key, ((headers ->> 'cloudEvents:position')::bigint));
-- What can be removed.
create index messages_updated_at_index on ops.messages (updated_at);

-- A message that waits is sent again, or given up for good: its row says so before anything is done. One that somebody publishes is noted.
grant insert on ops.messages to messages_broker_reader;
grant update (status, error_message, published_at, updated_at) on ops.messages to messages_broker_reader;
grant delete on ops.failed_messages to messages_broker_reader;

reset role;

-- migrate:down
revoke insert on ops.messages from messages_broker_reader;
revoke update (status, error_message, published_at, updated_at) on ops.messages from messages_broker_reader;
revoke delete on ops.failed_messages from messages_broker_reader;
drop index ops.messages_status_id_index;
drop index ops.messages_routing_key_position_index;
drop index ops.messages_updated_at_index;
