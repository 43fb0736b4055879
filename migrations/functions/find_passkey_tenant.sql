-- Finds the tenant of a passkey before there is a context: a sign-in by it names nobody else. Who asks knows the passkey’s random name and
-- its user’s. Runs with the owner's rights, and gives away nothing but what sign-in needs.
create or replace function find_passkey_tenant(wanted text, of_user uuid) returns table (id uuid, type text, status text)
  language sql stable security definer set search_path = vestry, pg_temp
  as $$ select t.id, t.type, t.status from passkeys p join tenants t on t.id = p.tenant_id where p.credential_id = wanted and p.user_id = of_user $$;
grant execute on function find_passkey_tenant to vestry_app;
