-- Returns the instant at which the transaction began, by the clock that people's terms are reckoned by. `app.clock_ahead` is how far that
-- clock is ahead of the machine's: nothing, but where a local platform was moved through time.
create or replace function present_instant() returns timestamptz
  language sql stable
  as $$
    select now() + coalesce(nullif(current_setting('app.clock_ahead', true), ''), '0')::interval
  $$;
grant execute on function present_instant to vestry_app, vestry_system, vestry_report;
