-- A meeting changes until it opens, by the clock that people's terms are reckoned by, and no more once it is cancelled. The first ballot settles the positions that
-- count, and changes nothing else.
create or replace function guard_meeting() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if (to_jsonb(new) - 'positions_known_at') = (to_jsonb(old) - 'positions_known_at') then
    return new;
  end if;
  if old.cancelled_at is not null then
    raise exception 'the meeting is cancelled' using errcode = 'check_violation', constraint = 'meetings_cancelled';
  end if;
  if clock_timestamp() + (present_instant() - now()) >= old.opens_at then
    raise exception 'the meeting has opened' using errcode = 'check_violation', constraint = 'meetings_opened';
  end if;
  return new;
end
$$;
