-- Why a product cannot be withdrawn from.

-- migrate:up
alter table product_copies add column withdrawal_exclusion text;

-- migrate:down
alter table product_copies drop column withdrawal_exclusion;
