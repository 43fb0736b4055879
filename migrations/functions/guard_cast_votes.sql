-- Ballots are cast only while their meeting is open, by holders whom the register has. Once a statement: it writes one ballot, or a million. The query
-- is planned anew each time, by how many they are.
create or replace function guard_cast_votes() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  meeting record;
  is_unknown boolean;
begin
  for meeting in select distinct i.tenant_id, i.meeting_id from inserted i loop
    perform refuse_unless_open(meeting.tenant_id, meeting.meeting_id);
  end loop;
  execute 'select exists (select from inserted i
      where not exists (select from holders_of_record s where s.tenant_id = i.tenant_id and s.id = i.shareholder_id))' into is_unknown;
  if is_unknown then
    raise exception 'the shareholder of a ballot does not exist'
      using errcode = 'foreign_key_violation', table = 'votes', constraint = 'votes_tenant_id_shareholder_id_fkey';
  end if;
  return null;
end
$$;
