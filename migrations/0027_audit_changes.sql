-- An entry has the values that its transaction has changed, before and after: null where it has changed none.
alter table audit_log add column changes jsonb;
alter table audit_log alter column changes set default recorded_changes();
grant insert (changes) on audit_log to vestry_app, vestry_system;

-- The columns of the first list are shown; of every other the trail tells only that it has changed. Those of the last hold states: a change of
-- one leaves an entry by itself, unless the transaction's own entry is about the row.
call record_changes('tenants', 'tenants', 'id', array['slug', 'type', 'status'], 'tenant', array['status']);
call record_changes('users', 'users', 'id', array['role', 'status', 'employee_id', 'made_by', 'confirmed_by', 'purged_at'], 'user', array['status']);
call record_changes('tenant_links', 'tenant-links', 'id', array['sponsor_tenant_id', 'sponsor_slug', 'revoked_at']);
call record_changes('shareholders', 'shareholders', 'id', array['holdings', 'kyc_status', 'status', 'purged_at'], 'shareholder', array['status', 'kyc_status']);
call record_changes('transactions', 'transactions', 'id', array[
  'type', 'status', 'amount', 'currency', 'shareholder_id', 'plan_id', 'dividend_id', 'compensates', 'source_account', 'return_code'], 'transaction', array['status']);
call record_changes('dividends', 'dividends', 'id', array[
  'state', 'approval', 'security_class', 'currency', 'exponent', 'rate_per_share', 'total_pool', 'declaration_date', 'record_date', 'payable_date',
  'holders', 'total_amount', 'residual', 'snapshot_sha256', 'positions_known_at', 'cancel_reason'], 'dividend', array['state', 'approval']);
call record_changes('meetings', 'meetings', 'id', array[
  'security_class', 'record_date', 'opens_at', 'closes_at', 'quorum', 'positions_known_at']);
call record_changes('votes', 'votes', 'id', array['meeting_id', 'shareholder_id', 'weight', 'cast_at', 'revoked_at']);
call record_changes('participants', 'participants', 'employee_id', array['kyc_status', 'purged_at'], 'participant', array['kyc_status']);
call record_changes('plans', 'plans', 'id', array[
  'employee_id', 'plan_type', 'shareholder_id', 'status', 'currency', 'enrolled_on', 'terminated_on', 'employee_contributed', 'employer_contributed',
  'forfeited', 'distributed', 'balance', 'vesting_schedule', 'allocation_type', 'grant_quantity', 'grant_date', 'vesting_start', 'accelerations',
  'vested_as_of', 'vested_quantity', 'forfeited_quantity', 'vested_numerator', 'vested_denominator', 'vested_money'], 'plan', array['status']);
call record_changes('bank_accounts', 'bank-accounts', 'id', array[
  'shareholder_id', 'employee_id', 'account_last4', 'account_type', 'holder_type', 'status', 'approval', 'usable_from', 'purged_at'], 'bank-account', array['status', 'approval']);
call record_changes('payment_settings', 'payment-settings', 'tenant_id', array['channel', 'approve_above', 'cooling_off_hours']);
call record_changes('payment_orders', 'transactions', 'transaction_id', array[
  'bank_account_id', 'channel', 'replaces', 'automatic_repayments', 'requested_by', 'approval', 'decided_by', 'decided_at', 'released_at', 'waits_for',
  'restarts'], 'payment-order', array['approval']);
call record_changes('payment_runs', 'payment-runs', 'dividend_id', array[
  'requested_by', 'approved_by', 'state', 'ordered', 'without_kyc', 'without_account'], 'payment-run', array['state']);
call record_changes('outbound_files', 'outbound-files', 'id', array['day', 'modifier', 'state', 'entries', 'total_amount', 'sha256'], 'outbound-file', array['state']);
call record_changes('uploads', 'uploads', 'id', array[
  'kind', 'door', 'state', 'dry_run', 'sha256', 'bytes_total', 'rows', 'accepted', 'rejected', 'duplicate_of', 'created_by', 'completed_at'], 'upload', array['state']);
call record_changes('legal_holds', 'legal-holds', 'id', array[
  'subject', 'shareholder_id', 'employee_id', 'placed_by', 'released_by', 'released_at']);
call record_changes('report_exports', 'report-exports', 'id', array['report', 'format', 'state', 'rows', 'requested_by', 'completed_at'], 'report-export', array['state']);
call record_changes('webhooks', 'webhooks', 'id', array['events', 'status', 'rotated_at'], 'webhook', array['status']);
call record_changes('change_requests', 'approvals', 'id', array[
  'kind', 'subject_type', 'subject_id', 'state', 'requested_by', 'decided_by', 'decided_by_operator', 'decided_at', 'expires_at'], 'change', array['state']);
call record_changes('register_settings', 'register-settings', 'tenant_id', array['by_hand_percent', 'by_file_percent']);
