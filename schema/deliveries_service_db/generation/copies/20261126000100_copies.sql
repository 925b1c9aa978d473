-- Whose order a delivery belongs to, and where it goes, from the orders' public events.

-- migrate:up
create table order_copies (
  id bigint primary key,
  order_number varchar(255) not null,
  user_id bigint not null,
  shipping_address_id bigint not null
);
create index order_copies_user_id_index on order_copies (user_id);

-- migrate:down
drop table order_copies;
