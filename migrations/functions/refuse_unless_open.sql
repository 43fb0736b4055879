-- Refuses what is done to the ballots of a meeting that isn't open, or is cancelled. The database's clock decides, since it is the same for every
-- writer; a local platform may have moved it ahead.
create or replace function refuse_unless_open(tenant uuid, meeting uuid) returns void
  language plpgsql set search_path = vestry, pg_temp
  as $$
declare
  m meetings;
  at constant timestamptz := clock_timestamp() + (present_instant() - now());
begin
  select * into m from meetings where tenant_id = tenant and id = meeting;
  if not found then
    raise exception 'the meeting of a ballot does not exist'
      using errcode = 'foreign_key_violation', table = 'votes', constraint = 'votes_tenant_id_meeting_id_fkey';
  end if;
  if m.cancelled_at is not null then
    raise exception 'the meeting is cancelled' using errcode = 'check_violation', constraint = 'votes_meeting_cancelled';
  end if;
  if at < m.opens_at then
    raise exception 'the meeting has not opened' using errcode = 'check_violation', constraint = 'votes_meeting_not_open';
  end if;
  if at >= m.closes_at then
    raise exception 'the meeting has closed' using errcode = 'check_violation', constraint = 'votes_meeting_closed';
  end if;
end
$$;
