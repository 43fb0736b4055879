-- A ballot changes once: it is revoked, while its meeting is open.
create or replace function guard_vote() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if (new.tenant_id, new.id, new.meeting_id, new.shareholder_id, new.weight, new.cast_at, new.upload_id)
    is distinct from (old.tenant_id, old.id, old.meeting_id, old.shareholder_id, old.weight, old.cast_at, old.upload_id)
    or old.revoked_at is not null or new.revoked_at is null
  then
    raise exception 'a ballot is only revoked, once' using errcode = 'check_violation', constraint = 'votes_immutable';
  end if;
  perform refuse_unless_open(new.tenant_id, new.meeting_id);
  return new;
end
$$;
