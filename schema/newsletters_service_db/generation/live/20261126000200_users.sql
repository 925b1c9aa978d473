-- A copy of the auth service's accounts, from its public events. Written by the newsletters projection alone.

-- migrate:up
create table users (
  id bigint primary key,
  lastname varchar(255) not null,
  firstname varchar(255) not null,
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
