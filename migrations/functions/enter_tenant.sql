-- Begins the work of a transaction for a tenant: refuses a caller who isn't, or is no longer, whom the token describes, and sets the tenant
-- whose rows can be seen. A caller is a user with a session, or an API key with one of its secrets, and belongs to a tenant of their own; a session is absent when a worker, or a sign-in, acts for a user.
-- Rows that the transaction makes are the caller's, see current_actor.
-- Its plans are kept by the connection, and read by index: a serializable transaction would conflict with the writers of a table that it scans.
create or replace function enter_tenant(
  target uuid, refuse_suspended boolean, caller_tenant uuid, caller uuid, caller_session uuid, caller_role text, caller_employee text
) returns void
  language plpgsql volatile
  set search_path = vestry, pg_temp
  set enable_seqscan = off
  as $$
begin
  if caller is not null then
    perform set_config('app.tenant_id', caller_tenant::text, true), set_config('app.actor', caller::text, true);
    if caller_session is null then
      if not exists (select from users u where u.tenant_id = caller_tenant and u.id = caller and u.status = 'ACTIVE') then
        raise exception 'the user is disabled' using errcode = 'VS401';
      end if;
    elsif not exists (
      select from users u where u.tenant_id = caller_tenant and u.id = caller and u.status = 'ACTIVE'
        and u.role = caller_role and u.employee_id is not distinct from caller_employee
        and exists (select from refresh_tokens t where t.tenant_id = caller_tenant and t.family_id = caller_session
          and t.rotated_at is null and t.revoked_at is null and t.user_id = caller and t.expires_at > now())
    ) and not is_live_key(caller, caller_session, caller_role) then
      raise exception 'the session has ended, or its user may do something else now' using errcode = 'VS401';
    end if;
  end if;
  if target is distinct from caller_tenant or caller is null then
    perform set_config('app.tenant_id', target::text, true);
  end if;
  if refuse_suspended and exists (select from tenants t where t.id = target and t.status = 'SUSPENDED') then
    raise exception 'the tenant is suspended' using errcode = 'VS403';
  end if;
end
$$;
grant execute on function enter_tenant to vestry_app;
