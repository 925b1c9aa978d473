-- What is accepted as a status's description fits.

-- migrate:up
alter table order_status alter column description type varchar(1000);

-- migrate:down
-- A longer one is an error here: shorten it first.
alter table order_status alter column description type varchar(255);
