-- A payment that has left is asked back by a reversal: a transaction of its own, with the life of a payment in the other direction. It books nothing.
-- When it has taken the money back, a compensating transaction takes the payment back, as it does after a return.
alter table transactions add column reverses uuid,
  drop constraint transactions_type_check,
  add constraint transactions_type_check check (type in ('DIVIDEND', 'DISBURSE', 'CONTRIBUTION', 'REVERSAL')),
  add constraint transactions_reversal_of_payment check ((type = 'REVERSAL') = (reverses is not null)),
  add constraint transactions_reversal_alone check (type <> 'REVERSAL' or amount > 0 and source_account is null
    and num_nonnulls(dividend_id, repays_dividend_id, compensates, adjustment_id, adjusts) = 0),
  add foreign key (tenant_id, reverses) references transactions;
-- A payment is taken back once. A reversal that has failed or was cancelled may be asked again.
create unique index transactions_reversed_once on transactions (tenant_id, reverses)
  where reverses is not null and status in ('PENDING', 'SENT', 'SETTLED');
create index transactions_reversing on transactions (tenant_id, reverses) where reverses is not null;
create trigger guard_reversal before insert on transactions for each row
  when (new.type = 'REVERSAL') execute function guard_reversal();
create or replace view ledger_transactions with (security_invoker = true) as
  select tenant_id, id, type, status, amount, currency, shareholder_id, plan_id, dividend_id, compensates, source_account, return_code, memo,
    version, created_at, updated_at, repays_dividend_id, adjustment_id, adjusts, reverses from transactions;
drop trigger record_change on transactions;
drop trigger leave_entry_of_status on transactions;
call record_changes('transactions', 'transactions', 'id', array[
  'type', 'status', 'amount', 'currency', 'shareholder_id', 'plan_id', 'dividend_id', 'repays_dividend_id', 'compensates', 'adjustment_id', 'adjusts',
  'reverses', 'source_account', 'return_code'], 'transaction', array['status']);

-- Why it was asked: free text, which stays out of the trail.
alter table payment_orders add column reversal_reason text check (length(reversal_reason) between 1 and 200);

-- A payment hears of its reversal, and what the bank says against it is kept like any contradiction.
alter table bank_events drop constraint bank_events_kind_check,
  add constraint bank_events_kind_check check (kind in ('SETTLED', 'RETURNED', 'REJECTED', 'CORRECTED', 'REVERSED'));
alter table bank_contradictions drop constraint bank_contradictions_stood_as_check,
  add constraint bank_contradictions_stood_as_check check (stood_as in ('SETTLED', 'RETURNED', 'FAILED', 'CANCELLED', 'REVERSED'));

-- The debits of a file: total_amount is what it credits.
alter table outbound_files add column total_debit bigint not null default 0 check (total_debit >= 0);
drop trigger record_change on outbound_files;
drop trigger leave_entry_of_state on outbound_files;
call record_changes('outbound_files', 'outbound-files', 'id', array[
  'day', 'modifier', 'state', 'entries', 'total_amount', 'total_debit', 'sha256', 'acknowledged_by', 'acknowledged_at'], 'outbound-file', array['state']);
