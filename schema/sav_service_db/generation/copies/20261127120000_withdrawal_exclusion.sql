-- Why a line of an order cannot be withdrawn from, as the product said when it was ordered.

-- migrate:up
alter table order_line_copies add column withdrawal_exclusion text;

-- migrate:down
alter table order_line_copies drop column withdrawal_exclusion;
