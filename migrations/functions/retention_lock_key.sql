-- Held by a purge, and by whoever places a hold, until commit: a hold that was answered is seen by every purge after it.
create or replace function retention_lock_key(tenant uuid) returns bigint
  language sql immutable parallel safe
  return hashtextextended(tenant::text, 7011);
