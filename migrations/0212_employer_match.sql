-- The employer's match of deferrals, as a plan document says it. Null: none.
drop trigger record_change on plan_document_versions;
alter table plan_document_versions add column match json;
call record_changes('plan_document_versions', 'plan-document-versions', 'document_id', array[
  'document_id', 'number', 'effective_from', 'sources', 'vesting_schedule', 'match', 'min_age', 'service_months', 'entry_dates']);

-- What is computed from a payroll run is entered as it is, and comes from no file.
alter table payroll_periods
  alter column upload_id drop not null,
  alter column upload_line drop not null,
  add constraint payroll_periods_of_file check ((upload_id is null) = (upload_line is null));

-- COMPENSATION: pay above it counts for no match.
alter table contribution_limits
  drop constraint contribution_limits_kind_check,
  add constraint contribution_limits_kind_check
    check (kind in ('EMPLOYEE_DEFERRAL', 'CATCH_UP', 'TOTAL_ADDITIONS', 'ROTH_CATCH_UP', 'COMPENSATION'));
insert into contribution_limits (plan_type, year, kind, min_age, max_age, amount, source) values
  ('401K', 2024, 'COMPENSATION', 0, 200, 34500000, 'IRS Notice 2023-75, IRC 401(a)(17)'),
  ('401K', 2025, 'COMPENSATION', 0, 200, 35000000, 'IRS Notice 2024-80, IRC 401(a)(17)'),
  ('401K', 2026, 'COMPENSATION', 0, 200, 36000000, 'IRS Notice 2025-67, IRC 401(a)(17)');
