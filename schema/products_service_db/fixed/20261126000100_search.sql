-- What the search of products needs beside `internal.fold`.
-- `products_service_db_reader` is the role that the gateway reads with.

-- migrate:up
create extension if not exists pg_trgm with schema internal;

-- How alike a word of a search and a part of a name must be for `%>`, which is what the indexes can find: one letter wrong in a word of
-- five is still found (mause, mouse: 0.33). The answer is ranked, so what is merely alike comes last.
alter role products_service_db_reader set pg_trgm.word_similarity_threshold = 0.3;

-- migrate:down
alter role products_service_db_reader reset pg_trgm.word_similarity_threshold;
drop extension pg_trgm;
