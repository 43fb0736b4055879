-- The liability appears with the transactions that pay it, and goes when they are voided.
create or replace function post_dividend() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if new.total_amount > 0 and new.state = 'PENDING' then
    insert into journal (debit_account, credit_account, amount, currency, reason, dividend_id, effective_date)
      values ('DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', new.total_amount, new.currency, 'dividend-declared', new.id, new.record_date);
  elsif new.total_amount > 0 and old.state = 'PENDING' and new.state = 'CANCELLED' then
    insert into journal (debit_account, credit_account, amount, currency, reason, dividend_id, effective_date)
      values ('DIVIDENDS_PAYABLE', 'DIVIDENDS_DECLARED', new.total_amount, new.currency, 'dividend-cancelled', new.id, current_date);
  end if;
  return null;
end
$$;
