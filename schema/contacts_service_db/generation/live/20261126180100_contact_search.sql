-- The search of contacts by name and company, without regard to case, accents and single wrong letters, and by the beginning of an address.

-- migrate:up
create index contacts_name_search_index on contacts
  using gin (internal.fold(coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' ' || coalesce(company, '')) internal.gin_trgm_ops);
create index contacts_email_search_index on contacts (lower(email) text_pattern_ops);

-- migrate:down
drop index contacts_email_search_index;
drop index contacts_name_search_index;
