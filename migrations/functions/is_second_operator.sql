-- Tells whether an operator may confirm what another has proposed for a tenant. Operators belong to the platform's tenant, by whose users it asks.
create or replace function is_second_operator(maker uuid, checker uuid) returns boolean
  language plpgsql volatile security definer set search_path = vestry, pg_temp
  as $$
declare
  platform constant uuid := '00000000-0000-0000-0000-000000000000';
  tenant constant uuid := current_tenant();
  second boolean;
begin
  perform set_config('app.tenant_id', platform::text, true);
  second := exists (select from users where tenant_id = platform and id = maker and role = 'OPERATOR') and is_second_person(maker, checker);
  perform set_config('app.tenant_id', tenant::text, true);
  return second;
end
$$;
grant execute on function is_second_operator to vestry_app, vestry_system;
