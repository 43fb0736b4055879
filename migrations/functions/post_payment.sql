-- The journal follows every change of a payment's status, so that none can be booked without the other: what we owe the
-- payee is in transit until the bank has paid it from our cash, or from the plan's assets.
create or replace function post_payment() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  owed text := coalesce(new.source_account, case when new.plan_id is null then 'DIVIDENDS_PAYABLE' else 'PLAN_OBLIGATIONS' end);
  paid_from text := case when new.plan_id is null then 'CASH' else 'PLAN_ASSETS' end;
begin
  -- A reversal is booked as a return of its payment, once it has taken the money back.
  if new.type in ('CONTRIBUTION', 'REVERSAL') then
    return null;
  end if;
  if new.status = 'SENT' then
    insert into journal (debit_account, credit_account, amount, currency, reason, transaction_id, dividend_id, effective_date)
      values (owed, 'IN_TRANSIT', new.amount, new.currency, 'sent', new.id, new.dividend_id, today());
  elsif new.status = 'SETTLED' then
    insert into journal (debit_account, credit_account, amount, currency, reason, transaction_id, dividend_id, effective_date)
      values ('IN_TRANSIT', paid_from, new.amount, new.currency, 'settled', new.id, new.dividend_id, today());
  elsif new.status = 'FAILED' and old.status = 'SENT' then
    insert into journal (debit_account, credit_account, amount, currency, reason, transaction_id, dividend_id, effective_date)
      values ('IN_TRANSIT', owed, new.amount, new.currency, 'failed', new.id, new.dividend_id, today());
  end if;
  return null;
end
$$;
