-- What this service knows of products, from their public events: whether a question can be about one, and is to be seen.

-- migrate:up
create table product_copies (
  id bigint primary key,
  deleted_at timestamptz
);

-- migrate:down
drop table product_copies;
