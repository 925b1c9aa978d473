-- What was asked of the payment provider for an order, and what went back. Written by the orders projection alone.

-- migrate:up
create table payments (
  id bigint primary key,
  order_id bigint not null,
  attempt integer not null,
  method text not null,
  provider text not null,
  provider_id text,
  status text not null,
  amount numeric(10,2) not null check (amount >= 0),
  currency varchar(3) not null,
  created_at timestamptz,
  updated_at timestamptz,
  constraint payments_order_id_attempt_unique unique (order_id, attempt) deferrable initially deferred,
  constraint payments_order_id_foreign foreign key (order_id) references orders (id) deferrable initially deferred
);

create table refunds (
  id bigint primary key,
  payment_id bigint not null,
  order_id bigint not null,
  amount numeric(10,2) not null check (amount >= 0),
  reason text not null,
  status text not null,
  created_at timestamptz,
  updated_at timestamptz,
  constraint refunds_payment_id_foreign foreign key (payment_id) references payments (id) deferrable initially deferred,
  constraint refunds_order_id_foreign foreign key (order_id) references orders (id) deferrable initially deferred
);
create index refunds_order_id_index on refunds (order_id);
create index refunds_payment_id_index on refunds (payment_id);

-- migrate:down
drop table refunds;
drop table payments;
