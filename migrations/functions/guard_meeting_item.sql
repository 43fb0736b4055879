-- An item leaves the agenda only while its meeting may be amended.
create or replace function guard_meeting_item() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if not exists (
    select from meetings m where m.tenant_id = old.tenant_id and m.id = old.meeting_id
      and m.cancelled_at is null and m.opens_at > clock_timestamp() + (present_instant() - now())
  ) then
    raise exception 'the meeting has opened' using errcode = 'check_violation', constraint = 'meetings_opened';
  end if;
  return old;
end
$$;
