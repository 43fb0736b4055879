-- A payment to a holder for which no dividend owes is no dividend's: it has an account of its own.
alter table transactions drop constraint transactions_source_account_check,
  add constraint transactions_source_account_check
    check (source_account in ('DIVIDENDS_PAYABLE', 'OTHER_DISBURSEMENTS', 'RETURNS', 'PLAN_OBLIGATIONS'));
alter table journal
  drop constraint journal_accounts,
  add constraint journal_accounts check (
    debit_account <> credit_account
    and debit_account in ('CASH', 'DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', 'OTHER_DISBURSEMENTS', 'PLAN_ASSETS', 'PLAN_OBLIGATIONS',
      'FORFEITURES', 'IN_TRANSIT', 'RETURNS')
    and credit_account in ('CASH', 'DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', 'OTHER_DISBURSEMENTS', 'PLAN_ASSETS', 'PLAN_OBLIGATIONS',
      'FORFEITURES', 'IN_TRANSIT', 'RETURNS'));
create trigger refuse_undeclared_payable before insert on transactions
  for each row when (new.type = 'DISBURSE' and new.plan_id is null and new.compensates is null
    and new.dividend_id is null and new.repays_dividend_id is null
    and (new.source_account is null or new.source_account = 'DIVIDENDS_PAYABLE'))
  execute function refuse_undeclared_payable();
