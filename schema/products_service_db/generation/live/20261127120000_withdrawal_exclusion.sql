-- What nobody can withdraw from is marked on the product (machines.md; Code de la consommation, L221-28).

-- migrate:up
alter table products add column withdrawal_exclusion text
  check (withdrawal_exclusion in ('market_price', 'personalised', 'perishable', 'deferred_alcohol', 'periodical', 'dated'));

-- migrate:down
alter table products drop column withdrawal_exclusion;
