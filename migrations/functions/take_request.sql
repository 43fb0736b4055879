-- Counts a request under each of the keys, and others that may follow it: `wanted` in all, or 1 where fewer are left. Returns how many, the counts, and the
-- milliseconds until they begin anew; or refuses it under the first key that has used up its quota, and counts nothing. It runs in a transaction
-- of its own, ahead of the request's: what the request does then may fail or take its time, and no other request waits for more than this. A row is
-- written for some seconds only, so that old snapshots keep few versions of it. Runs with the owner's rights, since no role may
-- read or write the counts themselves.
create or replace function take_request(keys uuid[], quotas integer[], of_class text, window_seconds integer, wanted integer) returns integer[]
  language plpgsql volatile security definer set search_path = vestry, pg_temp
  as $$
declare
  at_second double precision := extract(epoch from clock_timestamp());
  current_period integer := floor(at_second / window_seconds);
  left_ms integer := ceil(((current_period + 1) * window_seconds - at_second) * 1000);
  counted integer;
  counts integer[] := '{}';
begin
  for i in 1 .. cardinality(keys) loop
    loop
      insert into request_counts as c (key, class, period, requests) values (keys[i], of_class, current_period, wanted)
        on conflict (key, class, period) do update set requests = c.requests + wanted where c.requests + wanted <= quotas[i]
        returning c.requests into counted;
      exit when counted is not null or wanted = 1;
      wanted := 1;
    end loop;
    if counted is null then
      raise exception 'the quota is used up' using errcode = 'VS429', detail = format('%s %s', i, left_ms);
    end if;
    if counted = wanted then
      delete from request_counts where key = keys[i] and class = of_class and period < current_period;
    end if;
    counts := counts || counted;
  end loop;
  return wanted || counts || left_ms;
end
$$;
grant execute on function take_request to vestry_app;
