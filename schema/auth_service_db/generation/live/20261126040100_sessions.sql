-- Who is signed in where: families of refresh tokens. The tokens themselves are known by hashes, which no reader needs and no row has.
-- Written by the auth projection alone.

-- migrate:up
create table sessions (
  id bigint primary key,
  user_id bigint not null,
  -- The user until the session is revoked, null from then on: by it his sessions are found and revoked together.
  open_user_id bigint check (open_user_id = user_id),
  -- What the client calls itself and where from it came last; null when it did not say, or was forgotten.
  user_agent varchar(512),
  address varchar(45),
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  -- When the newest refresh token is no longer good.
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revocation_reason varchar(255) check (
    revocation_reason in ('logout', 'administrator', 'reuse', 'password_changed', 'email_changed', 'account_deleted')),
  constraint sessions_user_id_foreign foreign key (user_id) references users (id) deferrable initially deferred,
  constraint sessions_open_user_id_foreign foreign key (open_user_id) references users (id) deferrable initially deferred,
  constraint sessions_revocation_check check (
    (revoked_at is null) = (revocation_reason is null) and (revoked_at is null) = (open_user_id is not null))
);
create index sessions_user_id_index on sessions (user_id);
create index sessions_open_user_id_index on sessions (open_user_id);

-- migrate:down
drop table sessions;
