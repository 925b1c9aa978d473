-- What is known here of accounts and of what they may do within a team (a website; 0 for the whole platform): copies of the auth service's
-- facts, from its public events.

-- migrate:up
create table users (
  id bigint primary key,
  firstname varchar(255),
  lastname varchar(255),
  email varchar(255) not null,
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz
);
-- Decided by the auth service's claims; addresses may be exchanged in a batch, so the index is a plain one.
create index users_email_unique on users (lower(email)) where deleted_at is null;
create index users_deleted_at_index on users (deleted_at);

create table permissions (
  id bigint primary key,
  name varchar(255) not null check (name <> ''),
  guard_name varchar(255) not null default 'api' check (guard_name <> ''),
  created_at timestamptz,
  updated_at timestamptz,
  constraint permissions_name_guard_name_unique unique (name, guard_name) deferrable initially deferred
);

create table roles (
  id bigint primary key,
  team_id bigint,
  name varchar(255) not null check (name <> ''),
  guard_name varchar(255) not null default 'api' check (guard_name <> ''),
  created_at timestamptz,
  updated_at timestamptz,
  constraint roles_team_id_name_guard_name_unique unique nulls not distinct (team_id, name, guard_name) deferrable initially deferred
);
create index roles_team_foreign_key_index on roles (team_id);

create table model_has_permissions (
  permission_id bigint not null,
  model_type varchar(255) not null,
  model_id bigint not null,
  team_id bigint not null default 0,
  primary key (team_id, permission_id, model_id, model_type),
  constraint model_has_permissions_permission_id_foreign foreign key (permission_id) references permissions (id)
    deferrable initially deferred
);
create index model_has_permissions_model_id_model_type_index on model_has_permissions (model_id, model_type);
create index model_has_permissions_team_foreign_key_index on model_has_permissions (team_id);
-- For the removal of a permission.
create index model_has_permissions_permission_id_index on model_has_permissions (permission_id);

create table model_has_roles (
  role_id bigint not null,
  model_type varchar(255) not null,
  model_id bigint not null,
  team_id bigint not null default 0,
  primary key (team_id, role_id, model_id, model_type),
  constraint model_has_roles_role_id_foreign foreign key (role_id) references roles (id) deferrable initially deferred
);
create index model_has_roles_model_id_model_type_index on model_has_roles (model_id, model_type);
create index model_has_roles_team_foreign_key_index on model_has_roles (team_id);
-- For the removal of a role.
create index model_has_roles_role_id_index on model_has_roles (role_id);

create table role_has_permissions (
  permission_id bigint not null,
  role_id bigint not null,
  primary key (permission_id, role_id),
  constraint role_has_permissions_permission_id_foreign foreign key (permission_id) references permissions (id)
    deferrable initially deferred,
  constraint role_has_permissions_role_id_foreign foreign key (role_id) references roles (id) deferrable initially deferred
);
create index role_has_permissions_role_id_index on role_has_permissions (role_id);

-- migrate:down
drop table role_has_permissions;
drop table model_has_roles;
drop table model_has_permissions;
drop table roles;
drop table permissions;
drop table users;
