-- Countries, regions and users' addresses. Written by the addresses projection alone.

-- migrate:up
create table countries (
  id bigint primary key,
  name varchar(255) not null,
  code varchar(2) not null check (code ~ '^[A-Z]{2}$'),
  iso3 varchar(3),
  phone_code varchar(10),
  is_active boolean not null default true,
  created_at timestamptz,
  updated_at timestamptz,
  constraint countries_code_unique unique (code) deferrable initially deferred
);
create index countries_code_is_active_index on countries (code, is_active);

create table regions (
  id bigint primary key,
  name varchar(255) not null,
  code varchar(255),
  country_id bigint not null,
  is_active boolean not null default true,
  created_at timestamptz,
  updated_at timestamptz,
  constraint regions_country_id_code_unique unique (country_id, code) deferrable initially deferred,
  constraint regions_country_id_foreign foreign key (country_id) references countries (id) deferrable initially deferred
);
create index regions_country_id_is_active_index on regions (country_id, is_active);

create table addresses (
  id bigint primary key,
  user_id bigint not null,
  type text not null default 'both' check (type in ('billing', 'shipping', 'both')),
  first_name varchar(255) not null,
  last_name varchar(255) not null,
  company varchar(255),
  address_line_1 varchar(255) not null,
  address_line_2 varchar(255),
  city varchar(255) not null,
  postal_code varchar(20) not null,
  region_id bigint,
  country_id bigint not null,
  phone varchar(255),
  is_default boolean not null default false,
  latitude numeric(10,8) check (latitude between -90 and 90),
  longitude numeric(11,8) check (longitude between -180 and 180),
  created_at timestamptz,
  updated_at timestamptz,
  constraint addresses_region_id_foreign foreign key (region_id) references regions (id) deferrable initially deferred,
  constraint addresses_country_id_foreign foreign key (country_id) references countries (id) deferrable initially deferred
);
-- At most one default a user: decided by the address book's stream. Not unique here, because a partial unique index cannot be
-- deferred and one event moves the mark from one row to another; `replay verify` checks it.
create index addresses_one_default on addresses (user_id) where is_default;
create index addresses_user_id_type_index on addresses (user_id, type);
create index addresses_user_id_is_default_index on addresses (user_id, is_default);
create index addresses_country_id_region_id_index on addresses (country_id, region_id);
create index addresses_region_id_index on addresses (region_id);

-- migrate:down
drop table addresses;
drop table regions;
drop table countries;
