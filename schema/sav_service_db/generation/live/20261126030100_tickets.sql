-- Support tickets with their conversation and files. Written by the sav projection alone.

-- migrate:up
create table support_tickets (
  id bigint primary key,
  ticket_number varchar(255) not null,
  -- 0 where nobody signed in.
  user_id bigint not null,
  subject varchar(255) not null,
  description text not null,
  priority text not null default 'medium' check (priority in ('low', 'medium', 'high', 'urgent')),
  status text not null default 'open' check (status in ('open', 'in_progress', 'waiting_customer', 'resolved', 'closed')),
  category varchar(255),
  assigned_to bigint,
  order_id bigint,
  metadata jsonb,
  resolved_at timestamptz,
  closed_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint support_tickets_ticket_number_unique unique (ticket_number) deferrable initially deferred
);
create index support_tickets_user_id_index on support_tickets (user_id);
create index support_tickets_status_index on support_tickets (status);
create index support_tickets_priority_index on support_tickets (priority);
create index support_tickets_assigned_to_index on support_tickets (assigned_to);
create index support_tickets_order_id_index on support_tickets (order_id);
create index support_tickets_status_priority_index on support_tickets (status, priority);
create index support_tickets_assigned_to_status_index on support_tickets (assigned_to, status);
create index support_tickets_created_at_index on support_tickets (created_at, id);
create index support_tickets_updated_at_index on support_tickets (updated_at, id);
-- The list's search: words without case, accents and with a typing error.
create index support_tickets_text_index on support_tickets using gin (internal.fold(subject || ' ' || description) internal.gin_trgm_ops);

create table ticket_messages (
  id bigint primary key,
  ticket_id bigint not null,
  -- 0 where nobody signed in.
  sender_id bigint not null,
  sender_type text not null check (sender_type in ('customer', 'agent')),
  message text not null,
  is_internal boolean not null default false,
  read_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint ticket_messages_internal_check check (not (is_internal and sender_type = 'customer')),
  constraint ticket_messages_ticket_id_foreign foreign key (ticket_id) references support_tickets (id) deferrable initially deferred
);
create index ticket_messages_ticket_id_index on ticket_messages (ticket_id);
create index ticket_messages_sender_id_index on ticket_messages (sender_id);
create index ticket_messages_ticket_id_created_at_index on ticket_messages (ticket_id, created_at);

create table ticket_attachments (
  id bigint primary key,
  ticket_id bigint not null,
  message_id bigint,
  original_name varchar(255) not null,
  filename varchar(255) not null,
  file_path varchar(255) not null,
  mime_type varchar(255) not null,
  file_size bigint not null check (file_size >= 0),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint ticket_attachments_ticket_id_foreign foreign key (ticket_id) references support_tickets (id) deferrable initially deferred,
  constraint ticket_attachments_message_id_foreign foreign key (message_id) references ticket_messages (id) deferrable initially deferred
);
create index ticket_attachments_ticket_id_index on ticket_attachments (ticket_id);
create index ticket_attachments_message_id_index on ticket_attachments (message_id);

-- migrate:down
drop table ticket_attachments;
drop table ticket_messages;
drop table support_tickets;
