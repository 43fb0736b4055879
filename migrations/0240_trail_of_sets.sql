-- What returns, rejections and silence make of payments is done to sets of them, and the trail tells the changes of each
-- (shared/platform/db/audit-each.ts): these tables note more than the twenty changes that one entry tells.
drop trigger record_change on transactions;
call record_changes('transactions', 'transactions', 'id', array[
  'type', 'status', 'amount', 'currency', 'shareholder_id', 'plan_id', 'dividend_id', 'repays_dividend_id', 'compensates', 'adjustment_id', 'adjusts',
  'reverses', 'source_account', 'return_code', 'withheld', 'withholding', 'withholding_rate']);
drop trigger record_change on bank_accounts;
call record_changes('bank_accounts', 'bank-accounts', 'id', array[
  'shareholder_id', 'employee_id', 'account_last4', 'account_type', 'holder_type', 'status', 'approval', 'usable_from', 'prenote', 'purged_at', 'upload_id', 'entered_by',
  'approved_by']);
drop trigger record_change on inbound_items;
call record_changes('inbound_items', 'bank-items', 'id', array[
  'file_id', 'line', 'state', 'kind', 'code', 'trace_number', 'original_trace_number', 'amount', 'transaction_id']);
