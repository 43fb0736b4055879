-- Tells whether an address is in one of some networks, written as 203.0.113.0/24 or 2001:db8::/32; null: in any.
create or replace function is_inside(networks text[], address text) returns boolean
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
  select networks is null or exists (select from unnest(networks) as n (network) where address::inet <<= network::inet)
$$;
grant execute on function is_inside to vestry_app;
