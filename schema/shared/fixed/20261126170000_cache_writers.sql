-- Who answers requests keeps answers and counts in the cache, where no Redis is configured.
-- migrate:databases auth_service_db newsletters_service_db sav_service_db contacts_service_db websites_service_db questions_service_db

-- migrate:up
set role :"owner";
grant insert, update, delete on ops.cache to :"reader";
reset role;

-- migrate:down
set role :"owner";
revoke insert, update, delete on ops.cache from :"reader";
reset role;
