-- Returns the day that it is for the tenant of the transaction, in the tenant's time zone.
create or replace function today() returns date
  language sql stable set search_path = vestry, pg_temp
  as $$
    select (present_instant() at time zone (select time_zone from tenants where id = current_tenant()))::date
  $$;
grant execute on function today to vestry_app, vestry_report;
