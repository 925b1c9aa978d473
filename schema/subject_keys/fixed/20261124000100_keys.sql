-- Keys of subjects: what is personal in events opens with them alone. A database of its own with its own backups; after a
-- restore the list of the forgotten is applied again.

-- migrate:up
do $$
declare
  wanted text;
begin
  foreach wanted in array array['subject_keys_owner', 'subject_keys_app'] loop
    begin
      execute format('create role %I login nosuperuser nocreatedb nocreaterole noinherit', wanted);
    exception
      when duplicate_object or unique_violation then null;
    end;
  end loop;
end;
$$;
create schema subject_keys authorization subject_keys_owner;
revoke all on schema subject_keys from public;
grant usage on schema subject_keys to subject_keys_app;

set local role subject_keys_owner;

create table subject_keys.keys (
  -- `user-42`, or `user-42/accounting` for what the law makes us keep longer.
  subject text collate "C" primary key,
  key bytea not null check (octet_length(key) = 32),
  created_at timestamptz not null default clock_timestamp()
);

-- Subjects whose key was destroyed. They never get another one.
create table subject_keys.forgotten (
  subject text collate "C" primary key,
  forgotten_at timestamptz not null default clock_timestamp()
);

-- Makes the keys that are missing, except those of forgotten subjects. Parallel arrays.
create function subject_keys.create_keys(subjects text[], fresh_keys bytea[]) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  insert into subject_keys.keys (subject, key)
  select i.subject, i.key from unnest(subjects, fresh_keys) i(subject, key)
    where not exists (select from subject_keys.forgotten f where f.subject = i.subject)
    order by i.subject
  on conflict (subject) do nothing
$$;

-- Destroys a subject's key, and keeps one from being made again. Safe to repeat.
create function subject_keys.forget(forgotten_subject text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into subject_keys.forgotten (subject) values (forgotten_subject) on conflict (subject) do nothing;
  delete from subject_keys.keys k where k.subject = forgotten_subject;
end;
$$;

revoke all on all functions in schema subject_keys from public;
grant execute on all functions in schema subject_keys to subject_keys_app;
grant select on subject_keys.keys, subject_keys.forgotten to subject_keys_app;
reset role;

-- migrate:down
drop schema subject_keys cascade;
