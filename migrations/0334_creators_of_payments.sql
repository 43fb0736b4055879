-- The person, API key or connection for whom a row was made. Rows of before, and those that nobody has asked for, have none: the columns are added
-- without a default, so that no row is written anew.
alter table transactions add column created_by uuid;
alter table transactions alter column created_by set default current_actor();
alter table bank_accounts add column created_by uuid;
alter table bank_accounts alter column created_by set default current_actor();

create or replace view ledger_transactions with (security_invoker = true) as
  select tenant_id, id, type, status, amount, currency, shareholder_id, plan_id, dividend_id, compensates, source_account, return_code, memo,
    version, created_at, updated_at, repays_dividend_id, adjustment_id, adjusts, reverses, withheld, withholding, withholding_rate, created_by
  from transactions;
