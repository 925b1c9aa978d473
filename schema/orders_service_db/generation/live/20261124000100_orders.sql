-- Orders, their lines and statuses. Written by the orders projection alone.

-- migrate:up
create table order_status (
  id bigint primary key,
  name varchar(255) not null,
  description varchar(255),
  created_at timestamptz,
  updated_at timestamptz,
  constraint order_status_name_unique unique (name) deferrable initially deferred
);

create table orders (
  id bigint primary key,
  order_number varchar(255) not null,
  user_id bigint not null,
  billing_address_id bigint not null,
  shipping_address_id bigint,
  status_id bigint not null,
  total_amount_ht numeric(10,2) not null default 0 check (total_amount_ht >= 0),
  total_amount_ttc numeric(10,2) not null default 0 check (total_amount_ttc >= 0),
  total_discount numeric(10,2) not null default 0 check (total_discount >= 0),
  vat_amount numeric(10,2) not null default 0 check (vat_amount >= 0),
  notes text,
  website_id bigint,
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz,
  constraint orders_order_number_unique unique (order_number) deferrable initially deferred,
  constraint orders_status_id_foreign foreign key (status_id) references order_status (id) deferrable initially deferred
);
create index orders_user_id_index on orders (user_id);
create index orders_billing_address_id_index on orders (billing_address_id);
create index orders_shipping_address_id_index on orders (shipping_address_id);
create index orders_status_id_index on orders (status_id);
create index orders_created_at_index on orders (created_at, id);
create index orders_user_id_created_at_index on orders (user_id, created_at, id);
create index orders_status_id_created_at_index on orders (status_id, created_at);
create index orders_deleted_at_created_at_index on orders (deleted_at, created_at);

create table order_items (
  id bigint primary key,
  order_id bigint not null,
  product_id bigint not null,
  product_name varchar(255) not null,
  product_ref varchar(255) not null,
  quantity integer not null check (quantity >= 1),
  unit_price_ht numeric(8,2) not null check (unit_price_ht >= 0),
  unit_price_ttc numeric(8,2) not null check (unit_price_ttc >= 0),
  total_price_ht numeric(10,2) not null check (total_price_ht >= 0),
  total_discount numeric(10,2) not null default 0 check (total_discount >= 0),
  vat_amount numeric(10,2) not null check (vat_amount >= 0),
  total_price_ttc numeric(10,2) not null check (total_price_ttc >= 0),
  vat_rate numeric(5,2) not null default 0 check (vat_rate between 0 and 100),
  created_at timestamptz,
  updated_at timestamptz,
  constraint order_items_order_id_foreign foreign key (order_id) references orders (id) deferrable initially deferred
);
create index order_items_order_id_index on order_items (order_id);
create index order_items_product_id_index on order_items (product_id);

-- migrate:down
drop table order_items;
drop table orders;
drop table order_status;
