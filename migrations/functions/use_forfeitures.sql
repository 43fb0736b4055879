-- Pays contributions of the employer from what was forfeited: they were entered in full, and that much less has come into the plan's assets. Refuses more than the
-- employer has contributed for the pay date to plans of the type, and more than the account holds.
create or replace function use_forfeitures(of_type text, of_currency text, used bigint, paid_on date, key text) returns uuid
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  after bigint;
  contributed bigint;
  entry uuid;
begin
  -- Uses follow one another.
  select balance into after from forfeiture_accounts
    where tenant_id = current_tenant() and plan_type = of_type and currency = of_currency for update;
  select coalesce(sum(c.amount), 0) + coalesce((
      select sum(e.amount) from forfeiture_entries e
      where e.tenant_id = current_tenant() and e.kind in ('USED', 'REVERSED') and e.plan_type = of_type and e.currency = of_currency and e.pay_date = paid_on), 0)
    into contributed from contributions c join plans p on p.tenant_id = c.tenant_id and p.id = c.plan_id
    where c.tenant_id = current_tenant() and c.effective_date = paid_on and c.source in ('EMPLOYER', 'SAFE_HARBOR')
      and p.plan_type = of_type and c.currency = of_currency;
  if used > contributed then
    raise exception 'the employer has contributed less'
      using errcode = 'check_violation', table = 'forfeiture_entries', constraint = 'forfeiture_entries_at_most_contributed';
  end if;
  if used > coalesce(after, 0) then
    raise exception 'less was forfeited' using errcode = 'check_violation', table = 'forfeiture_accounts', constraint = 'forfeiture_accounts_balance';
  end if;
  if used = 0 then
    return null;
  end if;
  update forfeiture_accounts set balance = balance - used
    where tenant_id = current_tenant() and plan_type = of_type and currency = of_currency returning balance into after;
  insert into forfeiture_entries (plan_type, currency, kind, amount, balance_after, pay_date, effective_date, idempotency_key)
    values (of_type, of_currency, 'USED', -used, after, paid_on, today(), key) returning id into entry;
  perform post_entry('FORFEITURES', 'PLAN_ASSETS', used, of_currency, 'forfeiture-used', null, null, today());
  return entry;
end
$$;
grant execute on function use_forfeitures to vestry_app;
