-- Where an order was placed, so that a website's people see the tickets about its orders. Null for the platform itself.

-- migrate:up
alter table order_copies add column website_id bigint;

-- migrate:down
alter table order_copies drop column website_id;
