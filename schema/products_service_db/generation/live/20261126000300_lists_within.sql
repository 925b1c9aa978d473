-- A list of a category's or catalogue's products walks an index in the order of their price or their age: what it is sorted by stands beside
-- the link, as the product has it. Decision 18.

-- migrate:up
alter table product_categories add column product_price_ht numeric(10,2), add column product_created_at timestamptz;
update product_categories l set product_price_ht = p.price_ht, product_created_at = p.created_at from products p where p.id = l.product_id;
create index product_categories_price_index on product_categories (category_id, product_price_ht, product_id);
create index product_categories_created_index on product_categories (category_id, product_created_at, product_id);
drop index product_categories_category_id_index;

alter table product_catalogs add column product_price_ht numeric(10,2), add column product_created_at timestamptz;
update product_catalogs l set product_price_ht = p.price_ht, product_created_at = p.created_at from products p where p.id = l.product_id;
create index product_catalogs_price_index on product_catalogs (catalog_id, product_price_ht, product_id);
create index product_catalogs_created_index on product_catalogs (catalog_id, product_created_at, product_id);
drop index product_catalogs_catalog_id_index;

-- The first picture of a product.
create index product_images_first_index on product_images (product_id, (type = 'main') desc, position, id);
drop index product_images_product_id_position_index;

-- migrate:down
create index product_images_product_id_position_index on product_images (product_id, position);
drop index product_images_first_index;

create index product_catalogs_catalog_id_index on product_catalogs (catalog_id);
drop index product_catalogs_created_index;
drop index product_catalogs_price_index;
alter table product_catalogs drop column product_created_at, drop column product_price_ht;

create index product_categories_category_id_index on product_categories (category_id);
drop index product_categories_created_index;
drop index product_categories_price_index;
alter table product_categories drop column product_created_at, drop column product_price_ht;
