-- The votes of a class in a meeting are settled once, when its positions are.
create or replace function guard_meeting_class() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if tg_op = 'DELETE' or old.votes_per_share is not null then
    raise exception 'the votes of a class in a meeting do not change' using errcode = 'check_violation', constraint = 'meeting_classes_settled';
  end if;
  return new;
end
$$;
