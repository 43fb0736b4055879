-- Deletes counts whose window began before an instant, and returns how many. Runs with the owner's rights, for the relay alone.
create or replace function purge_login_failures(before timestamptz) returns integer
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  deleted integer;
begin
  delete from login_failures where window_started_at < before;
  get diagnostics deleted = row_count;
  return deleted;
end
$$;
grant execute on function purge_login_failures to vestry_system;
