-- The choices of a ballot for an item come to at most its weight: a second choice beside one for the whole ballot is too much already. Ballots
-- are locked in the order of their ids, so that two writers of one ballot count each other's choices.
create or replace function guard_vote_choices() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  perform from votes v where (v.tenant_id, v.id) in (select i.tenant_id, i.vote_id from inserted i) order by v.id for update;
  if exists (
    select from (select distinct tenant_id, meeting_id, vote_id, item_id from inserted) i
      join vote_choices c using (tenant_id, meeting_id, vote_id, item_id)
      join votes v on v.tenant_id = c.tenant_id and v.id = c.vote_id
    group by c.tenant_id, c.vote_id, c.item_id, v.weight
    having sum(coalesce(c.shares, v.weight)) > v.weight)
  then
    raise exception 'the choices of a ballot come to more than its weight'
      using errcode = 'check_violation', constraint = 'vote_choices_within_weight';
  end if;
  return null;
end
$$;
