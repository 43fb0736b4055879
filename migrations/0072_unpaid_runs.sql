-- A run pays what nobody has ordered yet, or again what has been denied, has failed or come back by an instant: what a person saw who proposed it.
alter table payment_runs add column repays_until timestamptz;
drop trigger record_change on payment_runs;
drop trigger leave_entry_of_state on payment_runs;
call record_changes('payment_runs', 'payment-runs', 'dividend_id', array[
  'requested_by', 'approved_by', 'state', 'ordered', 'without_kyc', 'without_account', 'repays_until'], 'payment-run', array['state']);
