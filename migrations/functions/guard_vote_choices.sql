-- Choices are of ballots and items that there are, and those of a ballot for an item come to at most its weight: a second choice beside one for the
-- whole ballot is too much already. Ballots are locked in the order of their ids, so that two writers of one ballot count each other's choices; those
-- of the same transaction nobody else can see. The queries are planned anew each time, by whether they are of one ballot or of a million.
create or replace function guard_vote_choices() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  is_unknown boolean;
  exceeds boolean;
begin
  execute 'select exists (select from inserted i where not exists (select from votes v
      where v.tenant_id = i.tenant_id and v.meeting_id = i.meeting_id and v.id = i.vote_id))' into is_unknown;
  if is_unknown then
    raise exception 'the ballot of a choice does not exist'
      using errcode = 'foreign_key_violation', table = 'vote_choices', constraint = 'vote_choices_tenant_id_meeting_id_vote_id_fkey';
  end if;
  if exists (select from (select distinct i.tenant_id, i.meeting_id, i.item_id, i.kind from inserted i) i where not exists (select from meeting_items m
      where m.tenant_id = i.tenant_id and m.meeting_id = i.meeting_id and m.id = i.item_id and m.kind = i.kind)) then
    raise exception 'the meeting of a choice has no such item'
      using errcode = 'foreign_key_violation', table = 'vote_choices', constraint = 'vote_choices_tenant_id_meeting_id_item_id_kind_fkey';
  end if;
  execute 'select from votes v where (v.tenant_id, v.id) in (select i.tenant_id, i.vote_id from inserted i) and v.xmin <> pg_current_xact_id()::xid
    order by v.id for update';
  execute 'select exists (select from inserted i join vote_choices c using (tenant_id, meeting_id, vote_id, item_id)
      where i.shares is null and c.choice <> i.choice)
    or exists (
      select from (select distinct tenant_id, meeting_id, vote_id, item_id from inserted where shares is not null) i
        join vote_choices c using (tenant_id, meeting_id, vote_id, item_id)
        join votes v on v.tenant_id = c.tenant_id and v.id = c.vote_id
      group by c.tenant_id, c.vote_id, c.item_id, v.weight
      having sum(coalesce(c.shares, v.weight)) > v.weight)' into exceeds;
  if exceeds then
    raise exception 'the choices of a ballot come to more than its weight'
      using errcode = 'check_violation', constraint = 'vote_choices_within_weight';
  end if;
  return null;
end
$$;
