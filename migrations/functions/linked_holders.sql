-- Returns which of some ids are active holders of an issuer that has linked the current tenant; null if it hasn't. Runs with the owner's rights and
-- looks in the issuer's own context, like linked_shareholder_exists.
create or replace function linked_holders(issuer uuid, wanted uuid[]) returns uuid[]
  language plpgsql volatile security definer set search_path = vestry, pg_temp
  as $$
declare
  sponsor constant uuid := current_tenant();
  holders uuid[];
begin
  if issuer = any (linking_issuers(sponsor)) then
    perform set_config('app.tenant_id', issuer::text, true);
    holders := array(
      select s.id from unnest(wanted) as w (id) join shareholders s on s.tenant_id = issuer and s.id = w.id and s.status = 'ACTIVE');
    perform set_config('app.tenant_id', sponsor::text, true);
  end if;
  return holders;
end
$$;
grant execute on function linked_holders to vestry_app;
