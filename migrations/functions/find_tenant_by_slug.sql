-- Sign-in knows a slug before it knows a tenant. Nothing else of a tenant can be had without its context.
create or replace function find_tenant_by_slug(wanted text) returns table (id uuid, type text, status text)
  language sql stable security definer set search_path = vestry
  as $$ select id, type, status from tenants where slug = wanted $$;
