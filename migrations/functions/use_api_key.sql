-- Finds the key of a secret before there is a context, if it lets in, and notes when and from where it was used: once a minute, and whenever the
-- address is another. Runs with the owner's rights, and gives away nothing but what a request with the secret may know.
create or replace function use_api_key(sha256 bytea, source text)
  returns table (tenant_id uuid, tenant_type text, id uuid, secret_id uuid, role text, routes text[], networks text[], expires_at timestamptz)
  language plpgsql volatile security definer set search_path = vestry, pg_temp
  as $$
declare
  found_secret api_key_secrets;
begin
  select * into found_secret from api_key_secrets s where s.secret_sha256 = sha256;
  if found_secret.id is null then
    return;
  end if;
  perform set_config('app.tenant_id', found_secret.tenant_id::text, true);
  return query select k.tenant_id, t.type, k.id, found_secret.id, k.role, k.routes, k.networks, k.expires_at
    from api_keys k join tenants t on t.id = k.tenant_id
    where k.tenant_id = found_secret.tenant_id and k.id = found_secret.api_key_id and is_live_key(k.id, found_secret.id, k.role);
  if found then
    update api_keys k set last_used_at = now(), last_used_from = source
      where k.tenant_id = found_secret.tenant_id and k.id = found_secret.api_key_id
        and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute' or k.last_used_from is distinct from source);
  end if;
end
$$;
grant execute on function use_api_key to vestry_app;
