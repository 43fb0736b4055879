-- What a dividend owes is corrected by transactions of their own: one that adds to it, or one that takes back a payment that nobody has
-- received, beside one for what is left of it. Each names the adjustment, and what it takes back or is left of.
alter table transactions add column adjustment_id uuid, add column adjusts uuid,
  drop constraint transactions_only_compensation_is_negative,
  add constraint transactions_only_taking_back_is_negative check (
    amount > 0 or compensates is not null or adjustment_id is not null and adjusts is not null and status = 'SETTLED'),
  add constraint transactions_adjustment_of_dividend check (
    adjustment_id is null and adjusts is null or adjustment_id is not null and dividend_id is not null and type = 'DIVIDEND' and compensates is null);
create or replace view ledger_transactions with (security_invoker = true) as
  select tenant_id, id, type, status, amount, currency, shareholder_id, plan_id, dividend_id, compensates, source_account, return_code, memo,
    version, created_at, updated_at, repays_dividend_id, adjustment_id, adjusts from transactions;
-- A holder is paid once for a line, once for an adjustment, and nothing is taken back twice.
drop index transactions_dividend_holder;
create unique index transactions_dividend_holder on transactions (tenant_id, dividend_id, shareholder_id)
  where dividend_id is not null and compensates is null and adjustment_id is null;
create unique index transactions_adjustment on transactions (tenant_id, adjustment_id) where adjustment_id is not null and amount > 0;
create unique index transactions_adjusted_once on transactions (tenant_id, adjusts) where adjusts is not null and amount < 0;
create index transactions_adjusting on transactions (tenant_id, dividend_id, shareholder_id) where adjustment_id is not null;
create trigger post_adjustment after insert on transactions for each row
  when (new.adjustment_id is not null) execute function post_adjustment();

drop trigger record_change on transactions;
drop trigger leave_entry_of_status on transactions;
call record_changes('transactions', 'transactions', 'id', array[
  'type', 'status', 'amount', 'currency', 'shareholder_id', 'plan_id', 'dividend_id', 'repays_dividend_id', 'compensates', 'adjustment_id', 'adjusts',
  'source_account', 'return_code'], 'transaction', array['status']);
