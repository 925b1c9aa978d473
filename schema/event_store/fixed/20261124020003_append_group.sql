-- migrate:up
set local role event_store_owner;

-- Writes one group of appends in one transaction, and says of each what became of it.
--
-- The arrays are parallel, and every index is 1-based:
--   one element an append
--     command_ids          the command
--     client_classes       true: known by its row in commands; false: derived, known by its first event alone
--     request_hashes       of the request, for client class; null for derived
--     answers              to give again, for client class; may be null
--     lifetimes            microseconds the row in commands is kept
--     check_only           true: judge and look for a duplicate, store nothing
--     tokens               decision token
--   one element a stream of the group
--     streams              names, each once
--   one element a part (an append's expectation on a stream, with or without events), in order of appends
--     part_appends         index of the append, not falling
--     part_streams         index of the stream
--     part_kinds           0 any, 1 no stream, 2 stream exists, 3 exact
--     part_versions        for exact; 0 is no stream
--     part_tokens          for exact; null: the version alone decides
--   one element an event, in order of parts
--     event_parts          index of the part, not falling
--     event_ids .. event_occurred   columns of events; command_index is counted here
--     event_digests        32 bytes each, see event_store.event_digest
--   one element a key of the group
--     claim_keys           each once
--   one element a claim, in order of appends; a key at most once an append
--     claim_appends        index of the append, not falling
--     claim_indexes        index of the key
--     claim_releases       true: release, false: take
--     claim_owners         who takes or releases
--   one element a change of a timer, in order of appends
--     timer_appends        index of the append
--     timer_cancels        true: cancel, false: set
--     timer_names
--     timer_dues           when; null: timer_delays microseconds after recorded_at
--     timer_delays
--     timer_payloads       for set
--     timer_settings       for cancel: only the setting of that position; null: any
--
-- One row an append, in order:
--   verdict        accepted
--                  duplicate                the command was here before: position, versions and answer are those of then
--                  key_reused               the command id is here with another request hash
--                  key_spent                its answer has expired, its events are here
--                  wrong_expected_version   stream, and actual_version (0: there is none; equal to the expected one: another token)
--                  claim_taken              claim_key, claim_owner: another holds it. To release what another holds does nothing
--   position       of its last event, or of the head where it wrote none; null for the refused
--   versions       of its streams after it, in order of its parts
--
-- An append is judged on the state its predecessors in the group leave, all its parts on the state before it. A refused
-- append changes nothing, a duplicate neither. What was decided on a refused one's predicted state names a token that no
-- stored event has, and so is refused as well. Bad data (SQLSTATE 22*, 23*) fails the whole call.
--
-- Most groups are plain: each append writes one event to a stream of its own that stands exactly as expected, for a new command,
-- and takes claims that are free. These are judged and written by whole arrays, all others append by append, with one outcome.
create function event_store.append_group(
  command_ids uuid[], client_classes boolean[], request_hashes bytea[], answers bytea[],
  lifetimes bigint[], check_only boolean[], tokens uuid[],
  streams text[],
  part_appends integer[], part_streams integer[], part_kinds smallint[], part_versions bigint[], part_tokens uuid[],
  event_parts integer[], event_ids uuid[], event_types text[], event_schema_versions smallint[], event_publics boolean[],
  event_subjects text[], event_payloads json[], event_metadatas json[], event_occurred timestamptz[], event_digests bytea[],
  claim_keys text[], claim_appends integer[], claim_indexes integer[], claim_releases boolean[], claim_owners text[],
  timer_appends integer[], timer_cancels boolean[], timer_names text[], timer_dues timestamptz[], timer_delays bigint[],
  timer_payloads json[], timer_settings bigint[]
) returns table (
  append integer, verdict text, "position" bigint, versions bigint[], answer bytea,
  stream text, actual_version bigint, claim_key text, claim_owner text
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
-- Statements are planned once a session, when tables may be nearly empty: only plans that stay good are allowed.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  append_count constant integer := cardinality(command_ids);
  -- The head, as it was and as it grows.
  old_position bigint;
  new_position bigint;
  previous_hash bytea;
  now_recorded timestamptz;
  -- The running state: heads of streams (version 0: no stream), owners of claims (null: free).
  head_versions bigint[];
  head_tokens uuid[];
  owners text[];
  old_owners text[];
  owner_positions bigint[];
  -- By append: position of its command's first event in the log; does it have an answer without events (both null: no command of
  -- the group was here before); index of the first append of the group with its command (null: no command is twice in the group).
  any_known boolean;
  known_positions bigint[];
  known_empty boolean[];
  command_count bigint;
  twins integer[];
  known_command event_store.commands;
  -- 1, 2, 3 … one a stream; and is the group a plain one?
  numbers integer[];
  is_plain boolean;
  -- What was found, by append. Null position: not accepted.
  verdicts text[];
  stored boolean[];
  positions bigint[];
  first_positions bigint[];
  first_parts integer[];
  any_stored_command boolean := false;
  any_release boolean := false;
  -- Written only for what is not plainly accepted.
  old_versions text[];
  old_answers bytea[];
  bad_streams text[];
  bad_versions bigint[];
  bad_keys text[];
  bad_owners text[];
  -- By part: what to add to an event's index to get its position and its version (null: not written); the stream's version after it.
  position_offsets bigint[];
  version_offsets bigint[];
  part_results bigint[];
  -- Cursors into parts, events and claims: an index past the end reads null, which ends each loop.
  p integer := 1;
  next_p integer;
  e integer := 1;
  first_e integer;
  c integer := 1;
  next_c integer;
  s integer;
  v bigint;
  k integer;
  twin integer;
  refused boolean;
  start_position bigint;
begin
  -- From here to the commit no other group runs. Each statement below takes its own snapshot, after the lock.
  perform 1 from event_store.head h where h.only_row for update;
  select m.last_position, m.hash, m.recorded_at into old_position, previous_hash, now_recorded
    from event_store.commits m order by m.last_position desc limit 1;
  old_position := coalesce(old_position, 0);
  new_position := old_position;
  now_recorded := greatest(clock_timestamp(), now_recorded);

  -- Lateral and limit: always one probe of an index a name. Sorted below the aggregates, once for all of them.
  select array_agg(q.n), array_agg(q.version), array_agg(q.token) into numbers, head_versions, head_tokens
    from (
      select i.n::integer, coalesce(h.version, 0) as version, h.token
        from unnest(streams) with ordinality i(name, n)
        left join lateral (
          select o.version, o.token from event_store.events o where o.stream = i.name order by o.version desc limit 1
        ) h on true
        order by i.n
    ) q;
  -- Has any command been here? As a rule none, and then one walk over the index for all of them is enough.
  select count(distinct i.id),
      exists (select from event_store.events o where o.command_id = any (command_ids) and o.command_index = 0)
      or true = any (client_classes)
        and exists (select from event_store.commands o where o.command_id = any (command_ids) and o.first_position is null)
    into command_count, any_known
    from unnest(command_ids) i(id);
  if any_known then
    select array_agg(q.written), array_agg(q.answered) into known_positions, known_empty
      from (
        select w.position as written, b.found as answered
          from unnest(command_ids, client_classes) with ordinality i(command_id, client_class, n)
          left join lateral (
            select o.position from event_store.events o where o.command_id = i.command_id and o.command_index = 0 limit 1) w on true
          left join lateral (
            select true as found from event_store.commands o
              where i.client_class and o.command_id = i.command_id and o.first_position is null limit 1) b on true
          order by i.n
      ) q;
  end if;
  if command_count < append_count then
    twins := array(
      select min(i.n) over (partition by i.id) from unnest(command_ids) with ordinality i(id, n) order by i.n);
  end if;
  if cardinality(claim_keys) > 0 then
    old_owners := array(
      select h.owner
        from unnest(claim_keys) with ordinality i(key, n)
        left join lateral (select o.owner from event_store.claims o where o.key = i.key limit 1) h on true
        order by i.n);
    owners := old_owners;
  end if;

  -- Arrays that are equal say it of all their elements at once. In a plain group all appends are accepted, and their numbers follow.
  is_plain := coalesce(
    append_count > 0 and part_appends = numbers and part_streams = numbers and event_parts = numbers
    and 3::smallint = all (part_kinds) and part_versions = head_versions and part_tokens is not distinct from head_tokens
    and command_count = append_count and not any_known and false = all (check_only)
    and (owners is null
      or num_nonnulls(variadic owners) = 0 and claim_indexes = numbers[:cardinality(owners)] and false = all (claim_releases)),
    false);
  if is_plain then
    new_position := old_position + append_count;
    any_stored_command := true = any (client_classes);
    for k in 1 .. cardinality(claim_keys) loop
      owners[k] := claim_owners[k];
      owner_positions[k] := old_position + claim_appends[k];
    end loop;
  else
    verdicts := array_fill('accepted'::text, array[append_count]);
    stored := array_fill(false, array[append_count]);
    positions := array_fill(null::bigint, array[append_count]);
    first_positions := positions;
    first_parts := array_fill(0, array[append_count + 1]);
    position_offsets := array_fill(null::bigint, array[cardinality(part_appends)]);
    version_offsets := array_fill(0::bigint, array[cardinality(part_appends)]);
    part_results := version_offsets;
  end if;

  for a in 1 .. case when is_plain then 0 else append_count end loop
    refused := false;
    first_parts[a] := p;
    next_p := p;
    next_c := c;

    -- Has the command been here? First in this group, then in the log.
    if twins is not null and twins[a] < a and stored[twins[a]] then
      refused := true;
      twin := twins[a];
      if client_classes[a] and request_hashes[a] is distinct from request_hashes[twin] then
        verdicts[a] := 'key_reused';
      else
        verdicts[a] := 'duplicate';
        positions[a] := positions[twin];
        -- A command decided again may name other streams than its first run.
        old_versions[a] := (
          select array_agg(coalesce(
              (select part_results[t.n] from generate_series(first_parts[twin], first_parts[twin + 1] - 1) t(n)
                where part_streams[t.n] = part_streams[i.n] limit 1),
              head_versions[part_streams[i.n]]) order by i.n)
            from generate_subscripts(part_appends, 1) i(n) where part_appends[i.n] = a)::text;
        if client_classes[a] then
          old_answers[a] := answers[twin];
        end if;
      end if;
    elsif any_known and (known_positions[a] > 0 or known_empty[a]) then
      known_command := null;
      if not client_classes[a] then
        null;
      elsif known_positions[a] is null then
        select o.* into known_command from event_store.commands o
          where o.command_id = command_ids[a] and o.first_position is null;
      else
        select o.* into known_command from event_store.commands o where o.first_position = known_positions[a];
      end if;
      if known_command.expires_at > now_recorded then
        refused := true;
        if known_command.request_hash = request_hashes[a] then
          verdicts[a] := 'duplicate';
          positions[a] := known_command.position;
          old_answers[a] := known_command.answer;
        else
          verdicts[a] := 'key_reused';
        end if;
      elsif known_positions[a] is null then
        -- An expired answer without events: the key is as good as new.
        if not check_only[a] then
          delete from event_store.commands o where o.command_id = command_ids[a] and o.first_position is null;
        end if;
      elsif client_classes[a] then
        refused := true;
        verdicts[a] := 'key_spent';
      else
        refused := true;
        verdicts[a] := 'duplicate';
        -- Events of one append stand side by side, within one commit.
        positions[a] := (
          select max(o.position) from event_store.events o
            where o.command_id = command_ids[a] and o.position >= known_positions[a]
              and o.position <= (
                select m.last_position from event_store.commits m
                  where m.last_position >= known_positions[a] order by m.last_position limit 1));
      end if;
      if refused and verdicts[a] = 'duplicate' then
        -- The versions of then, of the streams that are named now: those the command wrote, and, rarely, others.
        old_versions[a] := (
          select array_agg(coalesce(
              (select max(o.version) from event_store.events o
                where o.position >= known_positions[a] and o.position <= positions[a] and o.stream = streams[part_streams[i.n]]),
              (select o.version from event_store.events o
                where o.stream = streams[part_streams[i.n]] and o.position <= positions[a] order by o.version desc limit 1),
              0) order by i.n)
            from generate_subscripts(part_appends, 1) i(n) where part_appends[i.n] = a)::text;
      end if;
    end if;

    -- Is every stream as expected?
    while part_appends[next_p] = a loop
      s := part_streams[next_p];
      v := head_versions[s];
      if not refused and (
        case part_kinds[next_p]
          when 3 then v = part_versions[next_p]
            and (v = 0 or part_tokens[next_p] is null or part_tokens[next_p] = head_tokens[s])
          when 0 then v >= 0
          when 1 then v = 0
          when 2 then v > 0
        end
      ) is not true then
        refused := true;
        verdicts[a] := 'wrong_expected_version';
        bad_streams[a] := streams[s];
        bad_versions[a] := v;
      end if;
      next_p := next_p + 1;
    end loop;

    -- Is every claim that is to be taken free, or the owner's own?
    while claim_appends[next_c] = a loop
      k := claim_indexes[next_c];
      if not refused and not claim_releases[next_c] and owners[k] <> claim_owners[next_c] then
        refused := true;
        verdicts[a] := 'claim_taken';
        bad_keys[a] := claim_keys[k];
        bad_owners[a] := owners[k];
      end if;
      next_c := next_c + 1;
    end loop;

    if refused or check_only[a] then
      if not refused then
        positions[a] := new_position;
      end if;
      while p < next_p loop
        while event_parts[e] = p loop
          e := e + 1;
        end loop;
        part_results[p] := head_versions[part_streams[p]];
        p := p + 1;
      end loop;
      c := next_c;
    else
      stored[a] := true;
      start_position := new_position;
      while p < next_p loop
        first_e := e;
        while event_parts[e] = p loop
          e := e + 1;
        end loop;
        s := part_streams[p];
        v := head_versions[s];
        if e > first_e then
          position_offsets[p] := new_position - first_e + 1;
          version_offsets[p] := v - first_e + 1;
          new_position := new_position + (e - first_e);
          v := v + (e - first_e);
          head_versions[s] := v;
          head_tokens[s] := tokens[a];
        end if;
        part_results[p] := v;
        p := p + 1;
      end loop;
      positions[a] := new_position;
      if new_position > start_position then
        first_positions[a] := start_position + 1;
      end if;
      while c < next_c loop
        k := claim_indexes[c];
        if claim_releases[c] then
          if owners[k] = claim_owners[c] then
            owners[k] := null;
            any_release := true;
          end if;
        elsif owners[k] is null then
          owners[k] := claim_owners[c];
          owner_positions[k] := new_position;
        elsif owners[k] <> claim_owners[c] then
          raise exception 'append %: two owners for one key', a using errcode = '22023';
        end if;
        c := c + 1;
      end loop;
      any_stored_command := any_stored_command or client_classes[a];
    end if;
  end loop;
  first_parts[append_count + 1] := p;
  if not is_plain and (p <= cardinality(part_appends) or e <= cardinality(event_parts) or c <= cardinality(claim_appends)) then
    raise exception 'parts, events or claims are not in order of appends' using errcode = '22023';
  end if;

  if is_plain then
    insert into event_store.events (
      position, stream, version, event_id, type, schema_version, is_public, subject, payload, metadata, command_id,
      command_index, token, occurred_at, recorded_at, digest)
    select old_position + unnest(numbers), unnest(streams), unnest(head_versions) + 1, unnest(event_ids), unnest(event_types),
      unnest(event_schema_versions), unnest(event_publics), unnest(event_subjects), unnest(event_payloads), unnest(event_metadatas),
      unnest(command_ids), 0, unnest(tokens), unnest(event_occurred), now_recorded, unnest(event_digests);
    insert into event_store.commits (first_position, last_position, recorded_at, hash)
    select old_position + 1, new_position, now_recorded, event_store.commit_hash(
        coalesce(previous_hash, event_store.genesis_hash()), old_position + 1, new_position, now_recorded,
        string_agg(int8send(old_position + i.n) || int8send(i.version + 1) || i.digest, null))
      from (select unnest(numbers) as n, unnest(head_versions) as version, unnest(event_digests) as digest) i;
  elsif new_position > old_position then
    insert into event_store.events (
      position, stream, version, event_id, type, schema_version, is_public, subject, payload, metadata, command_id,
      command_index, token, occurred_at, recorded_at, digest)
    select position_offsets[i.part] + i.n, streams[part_streams[i.part]], version_offsets[i.part] + i.n, i.event_id, i.type,
      i.schema_version, i.is_public, i.subject, i.payload, i.metadata, command_ids[part_appends[i.part]],
      position_offsets[i.part] + i.n - first_positions[part_appends[i.part]], tokens[part_appends[i.part]], i.occurred_at, now_recorded, i.digest
      from (
        select generate_subscripts(event_parts, 1) as n, unnest(event_parts) as part, unnest(event_ids) as event_id,
          unnest(event_types) as type, unnest(event_schema_versions) as schema_version, unnest(event_publics) as is_public,
          unnest(event_subjects) as subject, unnest(event_payloads) as payload, unnest(event_metadatas) as metadata,
          unnest(event_occurred) as occurred_at, unnest(event_digests) as digest
      ) i
      where position_offsets[i.part] is not null;
    insert into event_store.commits (first_position, last_position, recorded_at, hash)
    select old_position + 1, new_position, now_recorded, event_store.commit_hash(
        coalesce(previous_hash, event_store.genesis_hash()), old_position + 1, new_position, now_recorded,
        string_agg(int8send(position_offsets[i.part] + i.n) || int8send(version_offsets[i.part] + i.n) || i.digest, null))
      from (
        select generate_subscripts(event_parts, 1) as n, unnest(event_parts) as part, unnest(event_digests) as digest
      ) i
      where position_offsets[i.part] is not null;
  end if;

  if is_plain and any_stored_command then
    insert into event_store.commands (
      command_id, first_position, request_hash, answer, position, versions, recorded_at, expires_at)
    select command_ids[n], old_position + n, request_hashes[n], answers[n], old_position + n, array[head_versions[n] + 1],
      now_recorded, now_recorded + lifetimes[n] * interval '1 microsecond'
      from unnest(numbers) n where client_classes[n];
  elsif any_stored_command then
    insert into event_store.commands (
      command_id, first_position, request_hash, answer, position, versions, recorded_at, expires_at)
    select command_ids[a], first_positions[a], request_hashes[a], answers[a], positions[a],
      case first_parts[a + 1] - first_parts[a]
        when 1 then array[part_results[first_parts[a]]]
        else part_results[first_parts[a] : first_parts[a + 1] - 1]
      end,
      now_recorded, now_recorded + lifetimes[a] * interval '1 microsecond'
      from generate_series(1, append_count) a
      where stored[a] and client_classes[a];
  end if;

  if owners is distinct from old_owners then
    if any_release then
      delete from event_store.claims o
        where o.key = any (array(
          select i.key from unnest(claim_keys) with ordinality i(key, n)
            where owners[i.n] is distinct from old_owners[i.n] and old_owners[i.n] is not null));
    end if;
    insert into event_store.claims (key, owner, position)
    select i.key, owners[i.n], owner_positions[i.n]
      from unnest(claim_keys) with ordinality i(key, n)
      where owners[i.n] is distinct from old_owners[i.n] and owners[i.n] is not null;
  end if;

  if cardinality(timer_appends) > 0 then
    -- In order: within a group a timer may be set, cancelled and set again.
    for t in 1 .. cardinality(timer_appends) loop
      if not is_plain and not stored[timer_appends[t]] then
        continue;
      end if;
      if timer_cancels[t] then
        delete from event_store.timers o
          where o.name = timer_names[t] and o.position = coalesce(timer_settings[t], o.position);
      else
        insert into event_store.timers (name, due_at, payload, position)
        values (
          timer_names[t], coalesce(timer_dues[t], now_recorded + timer_delays[t] * interval '1 microsecond'),
          timer_payloads[t], case when is_plain then old_position + timer_appends[t] else positions[timer_appends[t]] end)
        on conflict on constraint timers_pkey do update
          set due_at = excluded.due_at, payload = excluded.payload, position = excluded.position;
      end if;
    end loop;
  end if;

  if new_position > old_position then
    perform pg_notify('event_store', new_position::text);
  end if;

  if is_plain then
    return query
      select i.n, 'accepted', old_position + i.n, array[i.version + 1], null::bytea, null::text, null::bigint, null::text, null::text
        from (select unnest(numbers) as n, unnest(head_versions) as version) i;
    return;
  end if;
  return query
    select a, verdicts[a], positions[a],
      case
        when positions[a] is null then null
        when verdicts[a] = 'duplicate' then old_versions[a]::bigint[]
        when first_parts[a + 1] - first_parts[a] = 1 then array[part_results[first_parts[a]]]
        else part_results[first_parts[a] : first_parts[a + 1] - 1]
      end,
      old_answers[a], bad_streams[a], bad_versions[a], bad_keys[a], bad_owners[a]
      from generate_series(1, append_count) a;
end;
$$;
reset role;

-- migrate:down
set local role event_store_owner;
drop function event_store.append_group;
reset role;
