-- The operational tables of Laravel's standard set, in the databases that list them. No replay touches them.
-- `:"owner"`, `:"projector"` and `:"reader"` are the roles of the database that the file is applied to.
-- migrate:databases auth_service_db newsletters_service_db sav_service_db contacts_service_db websites_service_db questions_service_db

-- migrate:up
set role :"owner";

create table ops.cache (
  key varchar(255) primary key,
  value text not null,
  -- Seconds since 1970 at which the entry is dead.
  expiration integer not null check (expiration >= 0)
);
create index cache_expiration_index on ops.cache (expiration);

create table ops.jobs (
  id bigint generated always as identity primary key,
  queue varchar(255) not null,
  payload text not null,
  -- Number of tries.
  attempts smallint not null check (attempts between 0 and 255),
  -- Seconds since 1970: when a worker took it, from when it may run, when it was made.
  reserved_at bigint check (reserved_at >= 0),
  available_at bigint not null check (available_at >= 0),
  created_at bigint not null check (created_at >= 0)
);
create index jobs_queue_index on ops.jobs (queue);

grant select on ops.cache, ops.jobs to :"reader";
grant select, insert, update, delete on ops.cache, ops.jobs to :"projector";

reset role;

-- migrate:down
drop table ops.jobs;
drop table ops.cache;
