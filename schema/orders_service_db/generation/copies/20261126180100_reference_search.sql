-- Orders are found by the reference of a product in them, for staff.

-- migrate:up
create index product_copies_ref_search_index on product_copies (internal.fold(ref));

-- migrate:down
drop index product_copies_ref_search_index;
