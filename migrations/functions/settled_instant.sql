-- Returns the present instant, once nothing that was recorded before it can still be uncommitted: what the ledger says of that
-- instant, it says for ever. Waits for writers at most `patience`, since the writers behind it wait as well.
create or replace function settled_instant(patience text) returns timestamptz
  language plpgsql volatile
  as $$
begin
  perform set_config('lock_timeout', patience, true);
  perform pg_advisory_xact_lock(ledger_lock_key(current_tenant()));
  return clock_timestamp();
end
$$;
grant execute on function settled_instant to vestry_app;
