-- Whether a file has arrived is known when the bank says so, by a file or by an answer to an entry, or a person. Until then nothing in it is
-- settled by silence.
alter table outbound_files
  add column acknowledged_by uuid,
  add column acknowledged_at timestamptz,
  add column version integer not null default 1,
  add column updated_at timestamptz not null default now(),
  add constraint outbound_files_acknowledged check (acknowledged_at is null or state = 'WRITTEN'),
  add constraint outbound_files_acknowledged_by check (acknowledged_by is null or acknowledged_at is not null);
create index outbound_files_of_object on outbound_files (tenant_id, object_key);
create index inbound_files_open on inbound_files (tenant_id) where acknowledged_at is null and state <> 'APPLIED';
drop trigger record_change on outbound_files;
drop trigger leave_entry_of_state on outbound_files;
call record_changes('outbound_files', 'outbound-files', 'id', array[
  'day', 'modifier', 'state', 'entries', 'total_amount', 'sha256', 'acknowledged_by', 'acknowledged_at'], 'outbound-file', array['state']);
