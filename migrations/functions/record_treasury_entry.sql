-- Dates an entry by the instant at which the ledger has it: as for positions, nobody takes a settled_instant() while it is uncommitted.
create or replace function record_treasury_entry() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  perform pg_advisory_xact_lock_shared(ledger_lock_key(new.tenant_id));
  new.recorded_at := clock_timestamp();
  return new;
end
$$;
