-- What comes back after settlement: the money is ours again, and owed to the payee; a plan has it again.
create or replace function post_return() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if new.plan_id is null then
    insert into journal (debit_account, credit_account, amount, currency, reason, transaction_id, dividend_id, effective_date)
      values ('CASH', 'RETURNS', -new.amount, new.currency, 'returned', new.id, new.dividend_id, today());
  else
    insert into journal (debit_account, credit_account, amount, currency, reason, transaction_id, effective_date)
      values ('PLAN_ASSETS', 'PLAN_OBLIGATIONS', -new.amount, new.currency, 'returned', new.id, today());
  end if;
  return null;
end
$$;
