-- What this service knows of others' facts, from their public events. An address is copied without what is personal.

-- migrate:up
create table product_copies (
  id bigint primary key,
  ref varchar(255) not null,
  name varchar(255) not null,
  price_ht numeric(10,2) not null,
  stock integer not null default 0,
  website_id bigint,
  deleted_at timestamptz
);

create table type_copies (
  id bigint primary key,
  vat_id bigint
);

create table product_type_copies (
  id bigint primary key,
  product_id bigint not null,
  type_id bigint not null
);
create index product_type_copies_product_id_index on product_type_copies (product_id, type_id);

create table vat_copies (
  id bigint primary key,
  value_ numeric(5,2) not null
);

create table address_copies (
  id bigint primary key,
  user_id bigint not null,
  type text not null,
  is_default boolean not null default false
);
create index address_copies_user_id_index on address_copies (user_id);

-- migrate:down
drop table address_copies;
drop table vat_copies;
drop table product_type_copies;
drop table type_copies;
drop table product_copies;
