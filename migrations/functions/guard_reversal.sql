-- A reversal takes back a payment that has left and has not come back, whole, from whom it was paid to.
create or replace function guard_reversal() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if not exists (select from transactions where tenant_id = new.tenant_id and id = new.reverses and type in ('DIVIDEND', 'DISBURSE')
    and compensates is null and status in ('SENT', 'SETTLED') and return_code is null
    and (amount, currency) = (new.amount, new.currency) and (shareholder_id, plan_id) is not distinct from (new.shareholder_id, new.plan_id))
  then
    raise exception 'nothing of % can be taken back', new.reverses using errcode = 'check_violation', constraint = 'transactions_reverses_payment';
  end if;
  return new;
end
$$;
