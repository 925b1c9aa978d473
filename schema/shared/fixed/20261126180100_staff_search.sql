-- Search for words that are spelled almost like those of a name, for staff, as in the databases of `word_search`.
-- migrate:databases auth_service_db contacts_service_db

-- migrate:up
create extension if not exists pg_trgm with schema internal;

-- migrate:down
drop extension pg_trgm;
