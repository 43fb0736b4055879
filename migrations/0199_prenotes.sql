-- A prenote asks the bank of a new account whether there is one, by an entry of no money. Null: the tenant's bank profile asks for none.
alter table bank_accounts
  add column prenote text check (prenote in ('WAITING', 'SENT', 'PASSED', 'REFUSED'));
create index bank_accounts_prenotes on bank_accounts (tenant_id, id) where prenote in ('WAITING', 'SENT');
drop trigger record_change on bank_accounts;
drop trigger leave_entry_of_status on bank_accounts;
drop trigger leave_entry_of_approval on bank_accounts;
call record_changes('bank_accounts', 'bank-accounts', 'id', array[
  'shareholder_id', 'employee_id', 'account_last4', 'account_type', 'holder_type', 'status', 'approval', 'usable_from', 'prenote', 'purged_at', 'upload_id', 'entered_by',
  'approved_by'],
  'bank-account', array['status', 'approval']);
create or replace view payable_accounts with (security_invoker = true) as
  select tenant_id, id, shareholder_id, employee_id from bank_accounts
  where status = 'ACTIVE' and approval in ('NOT_NEEDED', 'APPROVED') and usable_from <= present_instant() and coalesce(prenote, 'PASSED') = 'PASSED';

-- Prenotes as they stand in files.
create table outbound_prenotes (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  bank_account_id uuid not null,
  file_id uuid not null,
  trace_sequence integer not null check (trace_sequence between 1 and 9999999),
  trace_number text not null check (trace_number ~ '^\d{15}$'),
  effective_entry_date date not null,
  sec_code text not null check (sec_code in ('PPD', 'CCD')),
  descriptive_date text,
  entry_description text not null check (length(entry_description) between 1 and 10),
  -- The sealed account as it stood when the file was prepared; nothing is left of it once the file is written.
  instruction_sealed text not null,
  return_code text check (char_length(return_code) <= 3),
  primary key (tenant_id, id),
  foreign key (tenant_id, bank_account_id) references bank_accounts,
  foreign key (tenant_id, file_id) references outbound_files
);
create index outbound_prenotes_of_file on outbound_prenotes (tenant_id, file_id, trace_sequence);
create index outbound_prenotes_of_account on outbound_prenotes (tenant_id, bank_account_id);
create index outbound_prenotes_by_trace on outbound_prenotes (tenant_id, trace_number);
call scope_by_tenant('outbound_prenotes', 'select, insert, update');
call record_changes('outbound_prenotes', 'bank-accounts', 'bank_account_id', array['file_id', 'trace_number', 'effective_entry_date', 'return_code']);

alter table outbound_files add column prenotes integer not null default 0 check (prenotes >= 0);
drop trigger record_change on outbound_files;
drop trigger leave_entry_of_state on outbound_files;
call record_changes('outbound_files', 'outbound-files', 'id', array[
  'day', 'modifier', 'state', 'entries', 'prenotes', 'total_amount', 'total_debit', 'sha256', 'acknowledged_by', 'acknowledged_at', 'fetched_by', 'fetched_at',
  'rejected_by', 'rejected_at'], 'outbound-file', array['state']);

-- An item answers a payment or a prenote.
alter table inbound_items
  add column prenote_id uuid,
  add foreign key (tenant_id, prenote_id) references outbound_prenotes,
  drop constraint inbound_items_matched,
  add constraint inbound_items_matched check ((state in ('APPLIED', 'RESOLVED')) = (num_nonnulls(transaction_id, prenote_id) = 1));
alter table account_corrections
  alter column transaction_id drop not null,
  add column prenote_id uuid,
  add foreign key (tenant_id, prenote_id) references outbound_prenotes,
  add constraint account_corrections_of_one check (num_nonnulls(transaction_id, prenote_id) = 1);
create unique index account_corrections_of_prenote on account_corrections (tenant_id, prenote_id, event_id) where prenote_id is not null;
