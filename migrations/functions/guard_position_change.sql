-- Keeps shares from before a split and from after it apart: none is entered as of a day before a split that is applied, nor, while one is due
-- or under way, as of its day or a later one. The lock of writers is taken first: whoever schedules a split has waited for those who didn't see it.
create or replace function guard_position_change() returns trigger
  language plpgsql set search_path = vestry, pg_temp
  as $$
declare
  split corporate_actions;
begin
  if new.source like 'corporate-action:%' then
    return new;
  end if;
  perform pg_advisory_xact_lock_shared(ledger_lock_key(current_tenant()));
  select * into split from corporate_actions a
    where a.tenant_id = current_tenant() and a.security_class = new.security_class and (
      a.state in ('APPLYING', 'REVERSING')
      or (a.state = 'SCHEDULED' and a.effective_date <= new.effective_date and a.effective_date <= today())
      or (a.state = 'APPLIED' and a.effective_date > new.effective_date))
    order by a.state = 'APPLIED', a.effective_date desc limit 1;
  if not found then
    return new;
  end if;
  if split.state = 'APPLIED' then
    raise exception 'The shares of % were split % for % as of %. Enter the change as of that day or later, in shares after the split, or reverse the split.',
      new.security_class, split.numerator, split.denominator, split.effective_date
      using errcode = 'check_violation', constraint = 'positions_before_split';
  end if;
  raise exception 'The shares of % are being split. Try again in some minutes.', new.security_class
    using errcode = 'check_violation', constraint = 'positions_during_split';
end
$$;
