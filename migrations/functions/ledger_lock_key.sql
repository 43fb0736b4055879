-- Returns the key of the lock that every writer of position entries holds, shared, from reading recorded_at until commit. A report
-- takes it exclusively for an instant: then no entry with an earlier recorded_at can still appear, and the report can be
-- reproduced exactly.
create or replace function ledger_lock_key(tenant uuid) returns bigint
  language sql immutable parallel safe
  return hashtextextended(tenant::text, 7001);
grant execute on function ledger_lock_key to vestry_app;
