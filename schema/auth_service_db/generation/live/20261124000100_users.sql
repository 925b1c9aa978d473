-- Accounts. Written by the auth projection alone.

-- migrate:up
create table users (
  id bigint primary key,
  lastname varchar(255) not null,
  firstname varchar(255) not null,
  email varchar(255) not null,
  email_verified_at timestamptz,
  password varchar(255) not null,
  remember_token varchar(100),
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz,
  constraint users_email_check check (email like '%_@_%')
);
-- Uniqueness is decided by claims; deleted accounts keep their address. A plain index, because one over an expression cannot be deferred and
-- two addresses may cross in a batch; `replay verify` checks it.
create index users_email_unique on users (lower(email));
create index users_deleted_at_index on users (deleted_at);

-- migrate:down
drop table users;
