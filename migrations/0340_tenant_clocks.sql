-- A tenant of a sandbox may move its clock ahead, to see what the days to come bring: see guard_tenant_clock(). It is what the tenant's days,
-- terms and due dates are reckoned by. It runs on from there, and never goes back.
alter table tenants add column clock_ahead interval not null default '0'
  check (clock_ahead >= interval '0' and extract(epoch from clock_ahead) <= 10 * 366 * 86400);
create trigger guard_tenant_clock before insert or update of clock_ahead on tenants for each row execute function guard_tenant_clock();
create or replace view tenant_directory with (security_invoker = true) as
  select id, slug, type, status, time_zone, name, clock_ahead from tenants;
