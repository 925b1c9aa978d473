-- Categories, catalogues, and what products consist of: attributes (variants with a stock of their own), characteristics and images.
-- Written by the products projection alone.

-- migrate:up
create table categories (
  id bigint primary key,
  name varchar(255) not null,
  id_1 bigint check (id_1 is distinct from id),
  created_at timestamptz,
  updated_at timestamptz,
  constraint categories_id_1_foreign foreign key (id_1) references categories (id) deferrable initially deferred
);
create index categories_name_id_1_index on categories (name, id_1);
create index categories_id_1_index on categories (id_1);

create table catalogs (
  id bigint primary key,
  name varchar(255) not null,
  id_1 bigint check (id_1 is distinct from id),
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz,
  constraint catalogs_id_1_foreign foreign key (id_1) references catalogs (id) deferrable initially deferred
);
create index catalogs_name_deleted_at_index on catalogs (name, deleted_at);
create index catalogs_id_1_index on catalogs (id_1);

create table attribute_groups (
  id bigint primary key,
  name varchar(255) not null,
  created_at timestamptz,
  updated_at timestamptz
);
create index attribute_groups_name_index on attribute_groups (name);

create table characteristic_groups (
  id bigint primary key,
  name varchar(255) not null,
  created_at timestamptz,
  updated_at timestamptz
);
create index characteristic_groups_name_index on characteristic_groups (name);

create table related_characteristics (
  id bigint primary key,
  name varchar(255) not null,
  id_1 bigint,
  created_at timestamptz,
  updated_at timestamptz,
  constraint related_characteristics_id_1_foreign foreign key (id_1) references characteristic_groups (id) deferrable initially deferred
);
create index related_characteristics_name_id_1_index on related_characteristics (name, id_1);
create index related_characteristics_id_1_index on related_characteristics (id_1);

create table attributes (
  id bigint primary key,
  value_ varchar(255) not null,
  stock integer not null default 0 check (stock >= 0),
  product_id bigint,
  attribute_group_id bigint,
  created_at timestamptz,
  updated_at timestamptz,
  constraint attributes_product_id_foreign foreign key (product_id) references products (id) deferrable initially deferred,
  constraint attributes_attribute_group_id_foreign foreign key (attribute_group_id) references attribute_groups (id)
    deferrable initially deferred
);
create index attributes_product_id_attribute_group_id_index on attributes (product_id, attribute_group_id);
create index attributes_attribute_group_id_index on attributes (attribute_group_id);
create index attributes_stock_index on attributes (stock);

create table characteristics (
  id bigint primary key,
  value_ varchar(255) not null,
  product_id bigint,
  related_characteristic_id bigint,
  created_at timestamptz,
  updated_at timestamptz,
  constraint characteristics_product_id_foreign foreign key (product_id) references products (id) deferrable initially deferred,
  constraint characteristics_related_characteristic_id_foreign foreign key (related_characteristic_id)
    references related_characteristics (id) deferrable initially deferred
);
create index characteristics_product_id_related_characteristic_id_index on characteristics (product_id, related_characteristic_id);
create index characteristics_related_characteristic_id_index on characteristics (related_characteristic_id);

create table product_categories (
  id bigint primary key,
  product_id bigint not null,
  category_id bigint not null,
  created_at timestamptz,
  updated_at timestamptz,
  constraint product_categories_product_id_category_id_unique unique (product_id, category_id) deferrable initially deferred,
  constraint product_categories_product_id_foreign foreign key (product_id) references products (id) deferrable initially deferred,
  constraint product_categories_category_id_foreign foreign key (category_id) references categories (id) deferrable initially deferred
);
create index product_categories_category_id_index on product_categories (category_id);

create table product_catalogs (
  id bigint primary key,
  product_id bigint not null,
  catalog_id bigint not null,
  created_at timestamptz,
  updated_at timestamptz,
  constraint product_catalogs_product_id_catalog_id_unique unique (product_id, catalog_id) deferrable initially deferred,
  constraint product_catalogs_product_id_foreign foreign key (product_id) references products (id) deferrable initially deferred,
  constraint product_catalogs_catalog_id_foreign foreign key (catalog_id) references catalogs (id) deferrable initially deferred
);
create index product_catalogs_catalog_id_index on product_catalogs (catalog_id);

create table product_images (
  id bigint primary key,
  product_id bigint not null,
  original_url varchar(255) not null,
  thumbnail_url varchar(255),
  medium_url varchar(255),
  filename varchar(255) not null,
  type text not null default 'gallery' check (type in ('main', 'gallery', 'thumbnail')),
  alt_text varchar(255),
  position integer not null default 0 check (position >= 0),
  size bigint not null check (size >= 0),
  mime_type varchar(255) not null,
  created_at timestamptz,
  updated_at timestamptz,
  constraint product_images_product_id_foreign foreign key (product_id) references products (id) deferrable initially deferred
);
create index product_images_product_id_type_index on product_images (product_id, type);
create index product_images_product_id_position_index on product_images (product_id, position);

-- Lists are walked in the order of a column and the id.
create index products_name_folded_index on products (internal.fold(name), id);
drop index products_stock_index;
create index products_stock_index on products (stock, id);

-- What the search compares, by the groups of three letters in it.
create index products_name_search_index on products using gin (internal.fold(name) internal.gin_trgm_ops);
create index products_ref_search_index on products using gin (internal.fold(ref) internal.gin_trgm_ops);
create index brands_name_search_index on brands using gin (internal.fold(name) internal.gin_trgm_ops);
create index categories_name_search_index on categories using gin (internal.fold(name) internal.gin_trgm_ops);

-- migrate:down
drop index brands_name_search_index;
drop index products_ref_search_index;
drop index products_name_search_index;
drop index products_name_folded_index;
drop index products_stock_index;
create index products_stock_index on products (stock);
drop table product_images;
drop table product_catalogs;
drop table product_categories;
drop table characteristics;
drop table attributes;
drop table related_characteristics;
drop table characteristic_groups;
drop table attribute_groups;
drop table catalogs;
drop table categories;
