-- A payment of a dividend is what is left when tax was withheld from it. It says how much that was, and by which rule, so that whatever is paid
-- again in its place says so too, and tax is withheld once.
alter table transactions
  add column withheld bigint not null default 0,
  add column withholding text check (withholding in ('BACKUP', 'NONRESIDENT')),
  add column withholding_rate numeric(4, 2) check (withholding_rate between 0 and 100),
  add constraint transactions_withheld_by_a_rule check (withheld = 0 or withholding is not null and (withheld > 0) = (amount > 0));
create or replace view ledger_transactions with (security_invoker = true) as
  select tenant_id, id, type, status, amount, currency, shareholder_id, plan_id, dividend_id, compensates, source_account, return_code, memo,
    version, created_at, updated_at, repays_dividend_id, adjustment_id, adjusts, reverses, withheld, withholding, withholding_rate from transactions;
alter table journal
  drop constraint journal_accounts,
  add constraint journal_accounts check (
    debit_account <> credit_account
    and debit_account in ('CASH', 'DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', 'OTHER_DISBURSEMENTS', 'PLAN_ASSETS', 'PLAN_OBLIGATIONS',
      'FORFEITURES', 'IN_TRANSIT', 'RETURNS', 'TAX_WITHHELD')
    and credit_account in ('CASH', 'DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', 'OTHER_DISBURSEMENTS', 'PLAN_ASSETS', 'PLAN_OBLIGATIONS',
      'FORFEITURES', 'IN_TRANSIT', 'RETURNS', 'TAX_WITHHELD'));

drop trigger record_change on transactions;
drop trigger leave_entry_of_status on transactions;
call record_changes('transactions', 'transactions', 'id', array[
  'type', 'status', 'amount', 'currency', 'shareholder_id', 'plan_id', 'dividend_id', 'repays_dividend_id', 'compensates', 'adjustment_id', 'adjusts',
  'reverses', 'source_account', 'return_code', 'withheld', 'withholding', 'withholding_rate'], 'transaction', array['status']);
