-- migrate:up
set local role event_store_owner;

-- It has all categories, so nothing need be looked up with each of its reads: what is true of every row is known when a read is planned.
create policy readable_by_the_application on event_store.events for select to event_store_app using (true);
reset role;

-- migrate:down
set local role event_store_owner;
drop policy readable_by_the_application on event_store.events;
reset role;
