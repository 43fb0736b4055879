-- Returns the tenant of the transaction, or null outside of a tenant's context. Every policy asks it.
create or replace function current_tenant() returns uuid
  language sql stable parallel safe
  -- After one SET LOCAL the setting reads as '', and a bare cast of '' throws.
  return nullif(current_setting('app.tenant_id', true), '')::uuid;
grant execute on function current_tenant to vestry_app, vestry_system, vestry_report;
