-- A tenant lives in a time zone, by its IANA name. Its days begin and end there: see today() and day_has_closed().
alter table tenants add column time_zone text not null default 'UTC'
  -- An unknown zone is an error of this expression.
  check (length(time_zone) <= 64 and timestamptz '2000-01-01 00:00:00Z' at time zone time_zone is not null);
create or replace view tenant_directory with (security_invoker = true) as
  select id, slug, type, status, time_zone from tenants;
