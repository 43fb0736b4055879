-- Ballots are cast and revoked only while the meeting is open, and not cancelled. The database's clock decides, since it is the same for every writer; a local
-- platform may have moved it ahead.
create or replace function guard_vote() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  opens timestamptz;
  closes timestamptz;
  cancelled timestamptz;
  at constant timestamptz := clock_timestamp() + (present_instant() - now());
begin
  if tg_op = 'UPDATE' and (new.tenant_id, new.id, new.meeting_id, new.shareholder_id, new.weight, new.cast_at, new.upload_id)
    is distinct from (old.tenant_id, old.id, old.meeting_id, old.shareholder_id, old.weight, old.cast_at, old.upload_id)
    or tg_op = 'UPDATE' and (old.revoked_at is not null or new.revoked_at is null)
  then
    raise exception 'a ballot is only revoked, once' using errcode = 'check_violation', constraint = 'votes_immutable';
  end if;
  select opens_at, closes_at, cancelled_at into opens, closes, cancelled from meetings where tenant_id = new.tenant_id and id = new.meeting_id;
  if cancelled is not null then
    raise exception 'the meeting is cancelled' using errcode = 'check_violation', constraint = 'votes_meeting_cancelled';
  end if;
  if at < opens then
    raise exception 'the meeting has not opened' using errcode = 'check_violation', constraint = 'votes_meeting_not_open';
  end if;
  if at >= closes then
    raise exception 'the meeting has closed' using errcode = 'check_violation', constraint = 'votes_meeting_closed';
  end if;
  return new;
end
$$;
