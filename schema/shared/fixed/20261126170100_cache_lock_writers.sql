-- Of several gateways one sweeps the caches: the lock decides which.
-- migrate:databases auth_service_db

-- migrate:up
set role :"owner";
grant insert, update, delete on ops.cache_locks to :"reader";
reset role;

-- migrate:down
set role :"owner";
revoke insert, update, delete on ops.cache_locks from :"reader";
reset role;
