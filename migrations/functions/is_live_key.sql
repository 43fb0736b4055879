-- Tells whether a secret of an API key lets in: the key is active, the secret has not ended, and whoever has seen it may still make keys.
create or replace function is_live_key(key uuid, secret uuid, of_role text) returns boolean
  language sql stable set search_path = vestry, pg_temp
  as $$
  select exists (select from api_key_secrets s
    join api_keys k on k.tenant_id = s.tenant_id and k.id = s.api_key_id
    join users u on u.tenant_id = s.tenant_id and u.id = s.issued_to
    where s.tenant_id = current_tenant() and s.id = secret and s.api_key_id = key and (s.ends_at is null or s.ends_at > now())
      and k.status = 'ACTIVE' and k.expires_at > now() and k.role = of_role and u.status = 'ACTIVE' and u.role = 'ADMIN')
$$;
grant execute on function is_live_key to vestry_app;
