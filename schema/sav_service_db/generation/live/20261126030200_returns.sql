-- Goods on their way back, opened from a ticket. Written by the sav projection alone.

-- migrate:up
create table returns (
  id bigint primary key,
  ticket_id bigint not null,
  order_id bigint not null,
  user_id bigint not null,
  reason text not null check (reason in ('withdrawal', 'defect', 'wrong_item', 'damaged')),
  status text not null check (
    status in ('requested', 'authorised', 'refused', 'in_transit', 'expired', 'received', 'inspected', 'settled')),
  comment text,
  refusal_reason text,
  label varchar(255),
  tracking varchar(255),
  send_back_until timestamptz,
  refund_due_at timestamptz,
  -- With tax; null until it is paid back.
  refund_amount numeric(10,2),
  replacement_order_id bigint,
  settled_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint returns_ticket_id_foreign foreign key (ticket_id) references support_tickets (id) deferrable initially deferred
);
create index returns_ticket_id_index on returns (ticket_id);
create index returns_order_id_index on returns (order_id);
create index returns_user_id_index on returns (user_id);
create index returns_status_index on returns (status);
create index returns_created_at_index on returns (created_at, id);

create table return_lines (
  id bigint primary key,
  return_id bigint not null,
  order_item_id bigint not null,
  product_id bigint not null,
  quantity integer not null check (quantity >= 1),
  -- Null until the goods came, and until they were looked at.
  received_quantity integer check (received_quantity between 0 and quantity),
  accepted_quantity integer check (accepted_quantity between 0 and received_quantity),
  restock boolean,
  refund_ht numeric(10,2),
  refund_vat numeric(10,2),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint return_lines_return_id_foreign foreign key (return_id) references returns (id) deferrable initially deferred
);
create index return_lines_return_id_index on return_lines (return_id);
create index return_lines_order_item_id_index on return_lines (order_item_id);

-- migrate:down
drop table return_lines;
drop table returns;
