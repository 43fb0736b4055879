-- Refuses an operator who acts for a tenant that isn't suspended: its own people act. The row is held until the end, so that a tenant which is
-- reactivated meanwhile waits.
create or replace function require_suspended(target uuid) returns void
  language plpgsql volatile
  set search_path = vestry, pg_temp
  as $$
begin
  if not exists (select from tenants t where t.id = target and t.status = 'SUSPENDED' for share) then
    raise exception 'the tenant is not suspended' using errcode = 'VS409';
  end if;
end
$$;
grant execute on function require_suspended to vestry_app;
