-- migrate:up
set local role subject_keys_owner;

-- As before, but where all keys are there it only reads: most subjects have theirs. Who had one before the subject was forgotten has it still.
create or replace function subject_keys.ensure_keys(subjects text[], offered bytea[])
returns table (subject text, key bytea)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  if (select count(*) from subject_keys.keys k where k.subject = any (subjects)) < cardinality(subjects) then
    -- Against forget: whoever asks for a key either has it before the subject is forgotten, or gets none.
    lock table subject_keys.forgotten in share mode;
    insert into subject_keys.keys (subject, key)
    select w.subject, w.key from unnest(subjects, offered) w(subject, key)
      where not exists (select from subject_keys.forgotten f where f.subject = w.subject)
      order by w.subject
    on conflict (subject) do nothing;
  end if;
  return query select k.subject, k.key from subject_keys.keys k where k.subject = any (subjects);
end;
$$;

create or replace function subject_keys.find_keys(subjects text[])
returns table (subject text, key bytea)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  return query select k.subject, k.key from subject_keys.keys k where k.subject = any (subjects);
end;
$$;
reset role;

-- migrate:down
set local role subject_keys_owner;
create or replace function subject_keys.ensure_keys(subjects text[], offered bytea[])
returns table (subject text, key bytea)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  lock table subject_keys.forgotten in share mode;
  insert into subject_keys.keys (subject, key)
  select w.subject, w.key from unnest(subjects, offered) w(subject, key)
    where not exists (select from subject_keys.forgotten f where f.subject = w.subject)
    order by w.subject
  on conflict (subject) do nothing;
  return query select k.subject, k.key from subject_keys.keys k where k.subject = any (subjects);
end;
$$;

create or replace function subject_keys.find_keys(subjects text[])
returns table (subject text, key bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select k.subject, k.key from subject_keys.keys k where k.subject = any (subjects)
$$;
reset role;
