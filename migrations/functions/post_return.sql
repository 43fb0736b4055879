-- What comes back after settlement: the money is ours again, and owed to the payee; a plan has it again. What was paid to somebody who was owed nothing,
-- and was taken back by a reversal, is owed to nobody.
create or replace function post_return() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  owed text := case when new.return_code = 'REVERSED' and (select source_account from transactions
    where tenant_id = new.tenant_id and id = new.compensates) = 'OTHER_DISBURSEMENTS' then 'OTHER_DISBURSEMENTS' else 'RETURNS' end;
begin
  if new.plan_id is null then
    insert into journal (debit_account, credit_account, amount, currency, reason, transaction_id, dividend_id, effective_date)
      values ('CASH', owed, -new.amount, new.currency, 'returned', new.id, new.dividend_id, today());
  else
    insert into journal (debit_account, credit_account, amount, currency, reason, transaction_id, effective_date)
      values ('PLAN_ASSETS', 'PLAN_OBLIGATIONS', -new.amount, new.currency, 'returned', new.id, today());
  end if;
  return null;
end
$$;
