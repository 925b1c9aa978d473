-- What this service knows of orders, from their public events: whose they are, for tickets about them, and what can come back.

-- migrate:up
create table order_copies (
  id bigint primary key,
  order_number varchar(255) not null,
  user_id bigint not null,
  total_amount_ttc numeric(10,2) not null,
  status text not null,
  has_failed_payment boolean not null default false,
  delivered_at timestamptz
);

create table order_line_copies (
  id bigint primary key,
  order_id bigint not null,
  product_id bigint not null,
  quantity integer not null,
  -- Of the whole line, after discount.
  net_ht numeric(10,2) not null,
  vat numeric(10,2) not null
);
create index order_line_copies_order_id_index on order_line_copies (order_id);

-- migrate:down
drop table order_line_copies;
drop table order_copies;
