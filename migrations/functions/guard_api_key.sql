-- A key begins as one that waits, becomes active by the approval of a second person alone, and is never what it was not approved as.
create or replace function guard_api_key() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if tg_op = 'INSERT' then
    if new.status <> 'PENDING' then
      raise exception 'an API key begins as PENDING' using errcode = 'check_violation', constraint = 'api_keys_pending_first';
    end if;
    return new;
  end if;
  if (new.tenant_id, new.id, new.name, new.role, new.routes, new.networks, new.made_by, new.expires_at)
    is distinct from (old.tenant_id, old.id, old.name, old.role, old.routes, old.networks, old.made_by, old.expires_at)
  then
    raise exception 'an API key does not change' using errcode = 'check_violation', constraint = 'api_keys_immutable';
  end if;
  if new.status <> old.status and (old.status, new.status) not in (('PENDING', 'ACTIVE'), ('PENDING', 'REVOKED'), ('ACTIVE', 'REVOKED')) then
    raise exception 'an API key does not go from % to %', old.status, new.status using errcode = 'check_violation', constraint = 'api_keys_legal_transition';
  end if;
  if new.status = 'ACTIVE' and old.status <> 'ACTIVE' and not is_approved_change('api-key', 'api-keys', new.id::text, new.confirmed_by) then
    raise exception 'nobody has approved the API key %', new.id using errcode = 'check_violation', constraint = 'api_keys_approved';
  end if;
  return new;
end
$$;
