-- A payment is held until its day: that of its dividend, or the one that its order names. A run of payments begins by itself on its day.
alter table payment_orders add column not_before date;
alter table payment_runs drop constraint payment_runs_state_check,
  add constraint payment_runs_state_check check (state in ('SCHEDULED', 'RUNNING', 'DONE'));
create index payment_runs_scheduled on payment_runs (tenant_id, dividend_id) where state = 'SCHEDULED';

drop trigger record_change on payment_orders;
drop trigger leave_entry_of_approval on payment_orders;
call record_changes('payment_orders', 'transactions', 'transaction_id', array[
  'bank_account_id', 'channel', 'replaces', 'automatic_repayments', 'requested_by', 'not_before', 'approval', 'decided_by', 'decided_at',
  'released_at', 'waits_for', 'restarts'], 'payment-order', array['approval']);
