-- The search of orders by the beginning of a number.

-- migrate:up
create index orders_order_number_search_index on orders (order_number text_pattern_ops);

-- migrate:down
drop index orders_order_number_search_index;
