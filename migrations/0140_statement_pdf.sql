-- A holder's statement is exported as PDF too, and says whose register it is of.
alter table report_exports
  drop constraint report_exports_format_check,
  add constraint report_exports_format_check check (format in ('csv', 'ndjson', 'pdf'));
create or replace view tenant_directory with (security_invoker = true) as
  select id, slug, type, status, time_zone, name from tenants;
