-- A request says for ever what it said, is decided once, and is approved by a second person alone.
create or replace function guard_change_request() returns trigger
  language plpgsql
  as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'PENDING' then
      raise exception 'a change request begins as PENDING' using errcode = 'check_violation', constraint = 'change_requests_pending_first';
    end if;
    return new;
  end if;
  if (new.tenant_id, new.id, new.kind, new.subject_type, new.subject_id, new.before, new.after, new.requested_by, new.requested_at, new.expires_at)
    is distinct from (old.tenant_id, old.id, old.kind, old.subject_type, old.subject_id, old.before, old.after, old.requested_by, old.requested_at, old.expires_at)
  then
    raise exception 'a change request does not change' using errcode = 'check_violation', constraint = 'change_requests_immutable';
  end if;
  if old.state <> 'PENDING' then
    raise exception 'the change request is %', old.state using errcode = 'check_violation', constraint = 'change_requests_decided_once';
  end if;
  if new.state = 'APPROVED' and (
    new.decided_by_operator
      and has_second_person(new.requested_by, case when new.kind = 'second-factor-reset' then new.subject_id::uuid end)
      -- Two operators decide for a suspended tenant, on what moves neither money nor shares.
      and not (new.kind in ('legal-hold-released', 'dividend-cancelled') and is_second_operator(new.requested_by, new.decided_by))
    or not new.decided_by_operator and not is_second_person(new.requested_by, new.decided_by))
  then
    raise exception 'another person must decide' using errcode = 'check_violation', constraint = 'change_requests_second_person';
  end if;
  return new;
end
$$;
