-- Counts a failed sign-in under each of the keys; a count begins anew when its window is over. Runs with the owner's rights, since
-- no role may read or write the counts themselves. Keys are taken in one order, so that two sign-ins can't wait for each other.
create or replace function add_login_failure(keys bytea[], window_seconds integer) returns void
  language sql volatile security definer set search_path = vestry, pg_temp
  as $$
    insert into login_failures as f (key, failures, window_started_at)
    select k, 1, now() from unnest(keys) as k order by k
    on conflict (key) do update set
      failures = case when f.window_started_at > now() - make_interval(secs => window_seconds) then f.failures + 1 else 1 end,
      window_started_at = case when f.window_started_at > now() - make_interval(secs => window_seconds) then f.window_started_at else now() end
  $$;
grant execute on function add_login_failure to vestry_app;
