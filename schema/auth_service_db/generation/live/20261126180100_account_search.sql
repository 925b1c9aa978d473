-- The search of accounts by name, without regard to case, accents and single wrong letters; `users_email_unique` serves addresses.

-- migrate:up
create index users_name_search_index on users using gin (internal.fold(firstname || ' ' || lastname) internal.gin_trgm_ops);

-- migrate:down
drop index users_name_search_index;
