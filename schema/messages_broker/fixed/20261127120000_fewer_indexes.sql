-- Each message costs an entry in every index when it is published, and one more when it is consumed. The oldest rows are found by the time
-- of their events, and by status only those are looked for that wait.

-- migrate:up
set role messages_broker_owner;
drop index ops.messages_updated_at_index;
drop index ops.messages_status_id_index;
create index messages_status_id_index on ops.messages (status, id) where status <> 'consumed';
reset role;

-- migrate:down
set role messages_broker_owner;
drop index ops.messages_status_id_index;
create index messages_status_id_index on ops.messages (status, id);
create index messages_updated_at_index on ops.messages (updated_at);
reset role;
