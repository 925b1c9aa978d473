-- Locks of the cache, in the one database that lists them.
-- migrate:databases auth_service_db

-- migrate:up
set role :"owner";

create table ops.cache_locks (
  key varchar(255) primary key,
  owner varchar(255) not null,
  -- Seconds since 1970 at which the lock is free again.
  expiration integer not null check (expiration >= 0)
);

grant select on ops.cache_locks to :"reader";
grant select, insert, update, delete on ops.cache_locks to :"projector";

reset role;

-- migrate:down
drop table ops.cache_locks;
