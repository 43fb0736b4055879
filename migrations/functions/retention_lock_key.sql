-- Returns the key of the lock that a purge holds until commit, as does whoever places a hold: every purge sees the holds that were
-- answered before it.
create or replace function retention_lock_key(tenant uuid) returns bigint
  language sql immutable parallel safe
  return hashtextextended(tenant::text, 7011);
grant execute on function retention_lock_key to vestry_app, vestry_system;
