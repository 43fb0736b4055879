-- The file that an account came by, the user whose file it was, and the second person. Null: a request of its own, which names who has proposed it.
drop trigger record_change on bank_accounts;
drop trigger leave_entry_of_status on bank_accounts;
drop trigger leave_entry_of_approval on bank_accounts;
alter table bank_accounts
  add column upload_id uuid,
  add column entered_by uuid,
  add column approved_by uuid,
  add constraint bank_accounts_of_file check (num_nulls(upload_id, entered_by, approved_by) in (0, 3));
call record_changes('bank_accounts', 'bank-accounts', 'id', array[
  'shareholder_id', 'employee_id', 'account_last4', 'account_type', 'holder_type', 'status', 'approval', 'usable_from', 'purged_at', 'upload_id', 'entered_by', 'approved_by'],
  'bank-account', array['status', 'approval']);
create index bank_accounts_of_upload on bank_accounts (tenant_id, upload_id, id) where upload_id is not null;
-- An account that came by file is as good as the approval of the file, whoever writes it.
create trigger guard_account_of_file before insert or update of upload_id, entered_by, approved_by on bank_accounts for each row
  when (new.upload_id is not null) execute function guard_account_of_file();
-- Whoever has entered an account of a payee by file doesn't verify that payee.
create view filed_accounts with (security_invoker = true) as
  select tenant_id, shareholder_id, employee_id, entered_by from bank_accounts where entered_by is not null;
grant select on filed_accounts to vestry_app;
