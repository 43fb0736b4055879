-- Returns whether an issuer that has linked the current tenant holds such a shareholder on its register, and nothing else. Runs
-- with the owner's rights and looks in each issuer's own context, so that no policy opens a register to anyone.
create or replace function linked_shareholder_exists(wanted uuid) returns boolean
  language plpgsql volatile security definer set search_path = vestry, pg_temp
  as $$
declare
  sponsor uuid := current_tenant();
  issuers uuid[] := linking_issuers(sponsor);
  issuer uuid;
  is_there boolean := false;
begin
  foreach issuer in array issuers loop
    perform set_config('app.tenant_id', issuer::text, true);
    is_there := exists (select from shareholders where tenant_id = issuer and id = wanted and status = 'ACTIVE');
    exit when is_there;
  end loop;
  perform set_config('app.tenant_id', sponsor::text, true);
  return is_there;
end
$$;
grant execute on function linked_shareholder_exists to vestry_app;
