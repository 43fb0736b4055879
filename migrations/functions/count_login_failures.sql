-- Returns the most failures that any of the keys has within the window. Runs with the owner's rights, like add_login_failure.
create or replace function count_login_failures(keys bytea[], window_seconds integer) returns integer
  language sql stable security definer set search_path = vestry, pg_temp
  as $$
    select coalesce(max(failures), 0)::integer from login_failures
    where key = any (keys) and window_started_at > now() - make_interval(secs => window_seconds)
  $$;
grant execute on function count_login_failures to vestry_app;
