-- Finds the tenant of a connection before there is a context: the path of a sign-in names the connection alone. Runs with the owner's
-- rights, and gives away nothing but what sign-in needs.
create or replace function find_connection_tenant(wanted uuid) returns table (id uuid, type text, status text)
  language sql stable security definer set search_path = vestry, pg_temp
  as $$ select t.id, t.type, t.status from connections c join tenants t on t.id = c.tenant_id where c.id = wanted and c.status <> 'DELETED' $$;
grant execute on function find_connection_tenant to vestry_app;
