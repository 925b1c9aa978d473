-- Clients' shops, and what is known of their owners. Written by the websites projection alone.

-- migrate:up
create table websites (
  id bigint primary key,
  user_id bigint not null,
  name varchar(255) not null,
  domain varchar(255) not null,
  subdomain varchar(255) not null,
  theme varchar(100) default 'default',
  primary_color varchar(7) default '#000000' check (primary_color ~ '^#[0-9A-Fa-f]{6}$'),
  secondary_color varchar(7) default '#FFFFFF' check (secondary_color ~ '^#[0-9A-Fa-f]{6}$'),
  logo_path varchar(500),
  favicon_path varchar(500),
  settings jsonb,
  is_active boolean not null default true,
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz,
  constraint websites_subdomain_check check (subdomain ~ '^[A-Za-z0-9-]{3,63}$')
);
-- Uniqueness is decided by claims; deleted websites keep their names. Plain indexes, because one over an expression cannot be deferred and two
-- websites may exchange names in a batch; `replay verify` checks it.
create index websites_domain_unique on websites (lower(domain));
create index websites_subdomain_unique on websites (lower(subdomain));
create index websites_user_id_index on websites (user_id);
create index websites_is_active_index on websites (is_active);
create index websites_created_at_index on websites (created_at);
create index websites_deleted_at_index on websites (deleted_at);

-- A copy of the auth service's accounts, from its public events.
create table users (
  id bigint primary key,
  name varchar(255) not null,
  firstname varchar(255),
  lastname varchar(255),
  email varchar(255) not null,
  email_verified_at timestamptz,
  password varchar(255),
  remember_token varchar(100),
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz
);
-- Decided by the auth service's claims; addresses may be exchanged in a batch, so the index is a plain one.
create index users_email_unique on users (lower(email)) where deleted_at is null;
create index users_deleted_at_index on users (deleted_at);

-- migrate:down
drop table users;
drop table websites;
