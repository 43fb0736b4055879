-- Deletes the counts of keys that have sent nothing since an instant. Runs with the owner's rights, for the relay alone.
create or replace function purge_request_counts(before timestamptz, window_seconds integer) returns void
  language sql volatile security definer set search_path = vestry, pg_temp
  as $$ delete from request_counts where period < floor(extract(epoch from before) / window_seconds) $$;
grant execute on function purge_request_counts to vestry_system;
