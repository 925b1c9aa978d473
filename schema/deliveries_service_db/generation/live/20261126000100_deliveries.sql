-- Deliveries, their statuses and the points where parcels are collected. Written by the deliveries projection alone.

-- migrate:up
create table status (
  id bigint primary key,
  name varchar(255) not null,
  color varchar(20) not null default '#000000' check (color ~ '^#[0-9A-Fa-f]{6}$'),
  description text,
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz,
  constraint status_name_unique unique (name) deferrable initially deferred
);
create index status_name_deleted_at_index on status (name, deleted_at);
create index status_created_at_index on status (created_at);

create table sale_points (
  id bigint primary key,
  name varchar(255) not null,
  code varchar(255),
  address text,
  city varchar(255),
  postal_code varchar(20),
  country varchar(100) not null default 'France',
  phone varchar(20),
  email varchar(255),
  opening_hours jsonb,
  is_active boolean not null default true,
  latitude numeric(10,8) check (latitude between -90 and 90),
  longitude numeric(11,8) check (longitude between -180 and 180),
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz,
  constraint sale_points_code_unique unique (code) deferrable initially deferred
);
create index sale_points_is_active_deleted_at_index on sale_points (is_active, deleted_at);
create index sale_points_city_index on sale_points (city);
create index sale_points_postal_code_index on sale_points (postal_code);
-- Serves the box around a place, before distances are computed.
create index sale_points_latitude_longitude_index on sale_points (latitude, longitude);
create index sale_points_name_index on sale_points (name, id);

create table deliveries (
  id bigint primary key,
  tracking_number varchar(255) not null,
  order_id bigint not null,
  sale_point_id bigint,
  status_id bigint not null,
  delivery_method text not null default 'standard' check (delivery_method in ('standard', 'express', 'pickup')),
  shipping_cost numeric(10,2) not null default 0.00 check (shipping_cost >= 0),
  delivery_address text,
  special_instructions text,
  estimated_delivery_date timestamptz,
  actual_delivery_date timestamptz,
  shipped_at timestamptz,
  carrier_name varchar(255),
  carrier_tracking_number varchar(255),
  carrier_details jsonb,
  recipient_name varchar(255),
  recipient_phone varchar(255),
  delivery_notes text,
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz,
  check ((delivery_method = 'pickup') = (sale_point_id is not null)),
  constraint deliveries_tracking_number_unique unique (tracking_number) deferrable initially deferred,
  constraint deliveries_status_id_foreign foreign key (status_id) references status (id) deferrable initially deferred,
  constraint deliveries_sale_point_id_foreign foreign key (sale_point_id) references sale_points (id) deferrable initially deferred
);
create index deliveries_order_id_index on deliveries (order_id);
create index deliveries_sale_point_id_index on deliveries (sale_point_id);
create index deliveries_status_id_deleted_at_index on deliveries (status_id, deleted_at);
create index deliveries_status_id_created_at_index on deliveries (status_id, created_at);
create index deliveries_carrier_index on deliveries (carrier_name, carrier_tracking_number);
create index deliveries_dates_index on deliveries (estimated_delivery_date, actual_delivery_date);
create index deliveries_method_shipped_at_index on deliveries (delivery_method, shipped_at);
create index deliveries_created_at_index on deliveries (created_at, id);
create index deliveries_deleted_at_index on deliveries (deleted_at);

-- migrate:down
drop table deliveries;
drop table sale_points;
drop table status;
