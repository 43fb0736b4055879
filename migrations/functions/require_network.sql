-- Refuses a caller who comes from outside the networks of their tenant. An API key with networks of its own is held to those, by whoever asks for it.
-- It runs behind enter_tenant, and reads by index for the same reason.
create or replace function require_network(caller_tenant uuid, caller uuid, address text) returns void
  language plpgsql stable
  set search_path = vestry, pg_temp
  set enable_seqscan = off
  as $$
begin
  if exists (select from sign_in_settings s where s.tenant_id = caller_tenant and s.networks is not null and not is_inside(s.networks, address))
    and not exists (select from api_keys k where k.tenant_id = caller_tenant and k.id = caller and k.networks is not null)
  then
    raise exception 'the tenant may not be used from this address' using errcode = 'VS40A';
  end if;
end
$$;
grant execute on function require_network to vestry_app;
