-- Who did what to accounts, roles, permissions and sessions, and which logins were refused: a row an event, numbered by its position.
-- Written by the auth projection alone.

-- migrate:up
create table audit_log (
  id bigint primary key,
  at timestamptz not null,
  -- `user-42`, or the name of a process; null for somebody who was not signed in.
  actor varchar(255),
  actor_user_id bigint,
  -- `subject.verb`, such as `user.password_changed`.
  action varchar(255) not null check (action <> ''),
  subject_kind varchar(255) not null check (subject_kind in ('user', 'session', 'role', 'permission')),
  subject_id bigint not null,
  -- Where from, on the network; null where no event says it, or when it was forgotten.
  address varchar(45),
  details jsonb not null default '{}'
);
create index audit_log_at_index on audit_log (at);
create index audit_log_actor_user_id_index on audit_log (actor_user_id, at);
create index audit_log_subject_index on audit_log (subject_kind, subject_id, at);
create index audit_log_action_index on audit_log (action, at);

-- migrate:down
drop table audit_log;
