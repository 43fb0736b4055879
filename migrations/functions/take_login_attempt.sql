-- Counts an attempt at an account from a source before its password is looked at, and returns 0; or the seconds to wait, uncounted. `free`
-- attempts may follow one another, fewer while one of the wider counts (of the account or of the source) is high, and every further one doubles the
-- wait. Of attempts at the same time each sees those before it. Runs with the owner's rights, like add_login_failure.
create or replace function take_login_attempt(
  pair bytea, wider bytea[], free integer, free_under_attack integer, attack_failures integer, attack_seconds integer, count_seconds integer,
  first_wait_seconds integer, longest_wait_seconds integer
) returns integer
  language plpgsql volatile security definer set search_path = vestry, pg_temp
  as $$
declare
  counted integer;
  started timestamptz;
  blocked timestamptz;
  allowed integer := free;
begin
  insert into login_failures (key, failures, window_started_at) values (pair, 0, now()) on conflict (key) do nothing;
  select failures, window_started_at, blocked_until into counted, started, blocked from login_failures where key = pair for update;
  if blocked > clock_timestamp() then
    return ceil(extract(epoch from blocked - clock_timestamp()));
  end if;
  if started < now() - make_interval(secs => count_seconds) then
    counted := 0;
    started := now();
  end if;
  if exists (select from login_failures where key = any (wider) and failures >= attack_failures
      and window_started_at > now() - make_interval(secs => attack_seconds)) then
    allowed := free_under_attack;
  end if;
  counted := counted + 1;
  update login_failures set failures = counted, window_started_at = started, blocked_until =
      case when counted >= allowed then clock_timestamp()
        + make_interval(secs => least(longest_wait_seconds, first_wait_seconds * power(2, least(counted - allowed, 20)))) end
    where key = pair;
  return 0;
end
$$;
grant execute on function take_login_attempt to vestry_app;
