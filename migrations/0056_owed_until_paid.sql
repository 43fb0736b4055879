-- What a dividend owes is owed until it is paid: a payment that takes the place of a failed, denied or returned one names the dividend too.
alter table transactions add column repays_dividend_id uuid,
  add constraint transactions_repays_with_holder check (repays_dividend_id is null or shareholder_id is not null and dividend_id is null),
  add foreign key (tenant_id, repays_dividend_id) references dividends;
create or replace view ledger_transactions with (security_invoker = true) as
  select tenant_id, id, type, status, amount, currency, shareholder_id, plan_id, dividend_id, compensates, source_account, return_code, memo,
    version, created_at, updated_at, repays_dividend_id from transactions;
create index transactions_repaying on transactions (tenant_id, repays_dividend_id, shareholder_id) where repays_dividend_id is not null;
-- The few payments of a dividend that did not go as they should, so that what is owed is found without reading the others.
create index transactions_dividend_failed on transactions (tenant_id, dividend_id)
  where dividend_id is not null and (status = 'FAILED' or compensates is not null);

drop trigger record_change on transactions;
drop trigger leave_entry_of_status on transactions;
call record_changes('transactions', 'transactions', 'id', array[
  'type', 'status', 'amount', 'currency', 'shareholder_id', 'plan_id', 'dividend_id', 'repays_dividend_id', 'compensates', 'source_account',
  'return_code'], 'transaction', array['status']);
