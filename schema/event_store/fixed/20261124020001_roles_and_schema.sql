-- migrate:up

-- Two roles of the whole server, and the schema. Nobody gets a password here: `comptoir migrate` sets them, and without
-- one nobody logs in over scram.
--   event_store_owner  owns tables and functions; migrations run as it
--   event_store_app    runs the functions and reads the views; writes no table
-- A service's own role (orders_service_db_projector, ...) is let in by event_store.grant_reader.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['event_store_owner', 'event_store_app'] loop
    begin
      execute format('create role %I login nosuperuser nocreatedb nocreaterole noinherit', wanted);
    exception
      -- Roles belong to the server: another database, or a migration running beside this one, may have made it first.
      when duplicate_object or unique_violation then null;
    end;
  end loop;
end;
$$;

create schema event_store authorization event_store_owner;
revoke all on schema event_store from public;
grant usage on schema event_store to event_store_app;

-- migrate:down

drop schema event_store;
-- The roles stay: other databases of this server may use them.
