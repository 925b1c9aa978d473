-- A job's key, under which it is queued once for as long as it is there. Beside the listed index: it finds a key without reading the table.
-- migrate:databases auth_service_db newsletters_service_db sav_service_db contacts_service_db websites_service_db questions_service_db

-- migrate:up
set role :"owner";
create unique index jobs_key_index on ops.jobs ((payload::jsonb ->> 'key'));
reset role;

-- migrate:down
drop index ops.jobs_key_index;
