-- Finds a tenant before there is a context: sign-in knows a slug first. Runs with the owner's rights, and gives away nothing but
-- what sign-in needs.
create or replace function find_tenant_by_slug(wanted text) returns table (id uuid, type text, status text)
  language sql stable security definer set search_path = vestry, pg_temp
  as $$ select id, type, status from tenants where slug = wanted $$;
grant execute on function find_tenant_by_slug to vestry_app;
