-- Baskets, their lines and codes, and the promo codes. Written by the baskets projection alone.

-- migrate:up
create table types (
  id bigint primary key,
  name varchar(255) not null,
  symbol varchar(255) not null,
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz
);

create table promo_codes (
  id bigint primary key,
  name varchar(255) not null,
  code varchar(255) not null,
  discount numeric(8,2) not null check (discount >= 0),
  id_1 bigint,
  valid_from timestamptz,
  valid_until timestamptz,
  min_order_amount numeric(10,2),
  max_discount numeric(10,2),
  max_usage integer,
  max_usage_per_user integer,
  current_usage integer not null default 0,
  combinable boolean not null default true,
  scope jsonb,
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz,
  constraint promo_codes_code_unique unique (code) deferrable initially deferred,
  constraint promo_codes_id_1_foreign foreign key (id_1) references types (id) deferrable initially deferred
);
create index promo_codes_id_1_index on promo_codes (id_1);

create table baskets (
  id bigint primary key,
  user_id bigint not null,
  amount numeric(10,2) not null default 0 check (amount >= 0),
  website_id bigint,
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz
);
-- One open basket a user: decided by a claim. Not unique here, because a partial unique index cannot be deferred and a
-- reopened basket and a newer one may cross in a batch; `replay verify` checks it.
create index baskets_one_open on baskets (user_id) where deleted_at is null;
create index baskets_user_id_index on baskets (user_id);
create index baskets_updated_at_deleted_at_index on baskets (updated_at, deleted_at);
create index baskets_created_at_index on baskets (created_at);

create table basket_items (
  id bigint primary key,
  basket_id bigint not null,
  product_id bigint not null,
  quantity integer not null default 1 check (quantity >= 1),
  price_ht numeric(8,2) not null check (price_ht >= 0),
  created_at timestamptz,
  updated_at timestamptz,
  constraint basket_items_basket_id_foreign foreign key (basket_id) references baskets (id) deferrable initially deferred
);
create index basket_items_basket_id_product_id_index on basket_items (basket_id, product_id);
create index basket_items_product_id_index on basket_items (product_id);

create table basket_promo_code (
  id bigint primary key,
  basket_id bigint not null,
  promo_code_id bigint not null,
  created_at timestamptz,
  updated_at timestamptz,
  constraint basket_promo_code_basket_id_promo_code_id_unique unique (basket_id, promo_code_id) deferrable initially deferred,
  constraint basket_promo_code_basket_id_foreign foreign key (basket_id) references baskets (id) deferrable initially deferred,
  constraint basket_promo_code_promo_code_id_foreign foreign key (promo_code_id) references promo_codes (id)
    deferrable initially deferred
);
create index basket_promo_code_promo_code_id_created_at_index on basket_promo_code (promo_code_id, created_at);

-- migrate:down
drop table basket_promo_code;
drop table basket_items;
drop table baskets;
drop table promo_codes;
drop table types;
