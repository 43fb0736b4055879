-- The life of an outbound file after it is written: somebody has fetched it, and the bank has taken it or not. What it has rejected it pays nothing of.
alter table outbound_files
  add column fetched_by uuid,
  add column fetched_at timestamptz,
  add column rejected_by uuid,
  add column rejected_at timestamptz,
  -- Free text, which stays out of the trail.
  add column rejected_for text check (length(rejected_for) between 1 and 200),
  add constraint outbound_files_fetched check ((fetched_by is null) = (fetched_at is null) and (fetched_at is null or state = 'WRITTEN')),
  add constraint outbound_files_rejected check (rejected_at is null or state = 'WRITTEN' and acknowledged_at is null),
  add constraint outbound_files_rejected_for check ((rejected_at is null) = (rejected_for is null) and (rejected_by is null or rejected_at is not null));
create index outbound_files_rejected_at on outbound_files (rejected_at) where rejected_at is not null;
drop trigger record_change on outbound_files;
drop trigger leave_entry_of_state on outbound_files;
call record_changes('outbound_files', 'outbound-files', 'id', array[
  'day', 'modifier', 'state', 'entries', 'total_amount', 'total_debit', 'sha256', 'acknowledged_by', 'acknowledged_at', 'fetched_by', 'fetched_at',
  'rejected_by', 'rejected_at'], 'outbound-file', array['state']);
