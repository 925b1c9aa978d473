-- migrate:up

-- Keys of persons, in a database of their own with backups of their own: who deletes a key here makes every copy of what it
-- encrypted unreadable, in the log and in its backups. No password here: `comptoir migrate` sets it.
--   subject_keys_owner  owns; migrations run as it
--   subject_keys_app    runs the functions; touches no table
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

-- One AES-256 key a subject.
create table subject_keys.keys (
  subject text collate "C" primary key,
  key bytea not null check (octet_length(key) = 32),
  created_at timestamptz not null default clock_timestamp()
);

-- Who was forgotten: a restored backup of keys has it applied again (apply_forgotten), and a forgotten subject gets no new key.
create table subject_keys.forgotten (
  subject text collate "C" primary key,
  forgotten_at timestamptz not null default clock_timestamp()
);

revoke all on all tables in schema subject_keys from public;

-- Makes what keys are missing and returns all that are asked for. `offered` holds a fresh key for each subject; it is used
-- only where there is none yet, so that two callers at once end with the same key. A forgotten subject has no row in the
-- answer. Safe to repeat.
create function subject_keys.ensure_keys(subjects text[], offered bytea[])
returns table (subject text, key bytea)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  -- Against forget: whoever asks for a key either has it before the subject is forgotten, or gets none.
  lock table subject_keys.forgotten in share mode;
  insert into subject_keys.keys (subject, key)
  select w.subject, w.key from unnest(subjects, offered) w(subject, key)
    where not exists (select from subject_keys.forgotten f where f.subject = w.subject)
    order by w.subject
  on conflict (subject) do nothing;
  return query select k.subject, k.key from subject_keys.keys k where k.subject = any (subjects);
end;
$$;

-- The keys that are there.
create function subject_keys.find_keys(subjects text[])
returns table (subject text, key bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select k.subject, k.key from subject_keys.keys k where k.subject = any (subjects)
$$;

-- Deletes a subject's key for ever and writes down that it was. Returns false where it was forgotten already. Safe to repeat.
create function subject_keys.forget(forgotten_subject text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  is_new boolean;
begin
  lock table subject_keys.forgotten in share row exclusive mode;
  insert into subject_keys.forgotten (subject) values (forgotten_subject) on conflict (subject) do nothing;
  is_new := found;
  delete from subject_keys.keys k where k.subject = forgotten_subject;
  return is_new;
end;
$$;

-- Deletes the keys of all that are on the list: to be run after a restore, once the list of today was loaded. Returns how many.
create function subject_keys.apply_forgotten() returns bigint
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  with gone as (
    delete from subject_keys.keys k using subject_keys.forgotten f where k.subject = f.subject returning 1
  )
  select count(*) from gone
$$;

-- The list, to keep outside this database's backups.
create function subject_keys.forgotten_since(since timestamptz)
returns table (subject text, forgotten_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select f.subject, f.forgotten_at from subject_keys.forgotten f where f.forgotten_at >= since order by f.forgotten_at, f.subject
$$;

revoke all on all functions in schema subject_keys from public;
grant execute on all functions in schema subject_keys to subject_keys_app;
reset role;

-- migrate:down

drop schema subject_keys cascade;
-- The roles stay: other databases of this server may use them.
