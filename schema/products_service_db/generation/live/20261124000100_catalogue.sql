-- VAT rates, brands, types and products with their stock. Written by the products projection alone.

-- migrate:up
create table vat (
  id bigint primary key,
  name varchar(255) not null,
  value_ numeric(5,2) not null check (value_ between 0 and 100),
  constraint vat_name_unique unique (name) deferrable initially deferred
);

create table brands (
  id bigint primary key,
  name varchar(255) not null,
  website varchar(255),
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz
);
create index brands_name_deleted_at_index on brands (name, deleted_at);

create table types (
  id bigint primary key,
  name varchar(255) not null,
  id_1 bigint,
  created_at timestamptz,
  updated_at timestamptz,
  constraint types_id_1_foreign foreign key (id_1) references vat (id) deferrable initially deferred
);
create index types_name_id_1_index on types (name, id_1);

create table products (
  id bigint primary key,
  name varchar(255) not null,
  ref varchar(255) not null,
  price_ht numeric(10,2) not null check (price_ht >= 0),
  stock integer not null default 0 check (stock >= 0),
  id_1 bigint,
  website_id bigint,
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz,
  constraint products_ref_unique unique (ref) deferrable initially deferred,
  constraint products_id_1_foreign foreign key (id_1) references brands (id) deferrable initially deferred
);
create index products_ref_deleted_at_index on products (ref, deleted_at);
create index products_name_deleted_at_index on products (name, deleted_at);
create index products_stock_index on products (stock);
create index products_price_ht_index on products (price_ht, id);
create index products_created_at_index on products (created_at, id);
create index products_id_1_index on products (id_1);

create table product_types (
  id bigint primary key,
  product_id bigint not null,
  type_id bigint not null,
  created_at timestamptz,
  updated_at timestamptz,
  constraint product_types_product_id_type_id_unique unique (product_id, type_id) deferrable initially deferred,
  constraint product_types_product_id_foreign foreign key (product_id) references products (id) deferrable initially deferred,
  constraint product_types_type_id_foreign foreign key (type_id) references types (id) deferrable initially deferred
);
create index product_types_type_id_index on product_types (type_id);

-- migrate:down
drop table product_types;
drop table products;
drop table types;
drop table brands;
drop table vat;
