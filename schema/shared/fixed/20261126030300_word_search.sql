-- Search for words that are spelled almost like those of a text, beside `internal.fold`: `%>` finds at 0.6 by default, which forgives one
-- wrong letter in a word of seven.
-- migrate:databases sav_service_db questions_service_db

-- migrate:up
create extension if not exists pg_trgm with schema internal;

-- migrate:down
drop extension pg_trgm;
