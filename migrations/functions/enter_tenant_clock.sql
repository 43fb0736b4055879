-- Sets the clock of the transaction to that of the tenant whose rows it sees: `platform_ahead`, by which a local platform was moved, and what the
-- tenant of a sandbox has moved its own ahead of that. present_instant() reads it. Environments that are no sandbox don't call it.
create or replace function enter_tenant_clock(platform_ahead interval) returns void
  language plpgsql volatile
  set search_path = vestry, pg_temp
  as $$
begin
  perform set_config('app.clock_ahead',
    (platform_ahead + coalesce((select t.clock_ahead from tenants t where t.id = current_tenant()), '0'))::text, true);
end
$$;
grant execute on function enter_tenant_clock to vestry_app, vestry_system, vestry_report;
