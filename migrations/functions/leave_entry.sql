-- The trigger function of record_changes for columns of states. When a transaction ends, a row whose state has changed has an entry: the
-- transaction's own, if that is about the row, or else one beside it, by the same actor. A change that left no
-- entry at all is the database login's.
create or replace function leave_entry() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
<<changed>>
declare
  -- A transaction that changes more rows says in its own entry what it was about.
  most constant integer := 20;
  of_each constant boolean := coalesce(current_setting('app.each', true) = 'on', false);
  was constant jsonb := to_jsonb(old);
  becomes constant jsonb := to_jsonb(new);
  resource constant text := tg_argv[0] || '/' || (becomes ->> tg_argv[1]);
  action constant text := state_action(tg_argv[3], tg_argv[4], becomes ->> tg_argv[4]);
  tenant constant uuid := coalesce(becomes ->> 'tenant_id', becomes ->> 'id');
  entries integer := 0;
  found_entry audit_log;
  own audit_log;
begin
  -- The relays of all tenants have none set. The transaction is at its end: nothing comes after that another tenant's rows are for.
  perform set_config('app.tenant_id', tenant::text, true);
  -- A set has an entry for each of its rows, and none of the others is passed over.
  if of_each and exists (select from audit_log a
    where a.tenant_id = tenant and a.resource = changed.resource and a.xact = pg_current_xact_id() and a.problem is null) then
    return null;
  end if;
  for found_entry in
    select * from audit_log a where a.xact = pg_current_xact_id() and a.tenant_id = tenant and a.problem is null order by a.id limit most
  loop
    if found_entry.resource = resource then
      return null;
    end if;
    if entries = 0 then
      own := found_entry;
    end if;
    entries := entries + 1;
  end loop;
  if entries = most and not of_each then
    return null;
  end if;
  insert into audit_log (tenant_id, actor_id, actor_role, action, resource, request_id, source_ip, user_agent, payload, changes)
    values (tenant, own.actor_id, coalesce(own.actor_role, 'SYSTEM'), action, resource,
      coalesce(own.request_id, becomes ->> 'request_id', 'none'), own.source_ip, own.user_agent,
      case when entries = 0 then jsonb_build_object('login', session_user) else '{}' end,
      jsonb_build_array(change_of(resource, tg_argv[2]::text[], was, becomes)));
  return null;
end
$$;
