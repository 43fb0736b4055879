-- How the bank of a tenant wants its files. Null: as they are written for every tenant that has said nothing.
alter table payment_settings
  add column bank_profile jsonb,
  -- The tenant's own account from which the bank is to take what a file pays, if the profile has one.
  add column offset_number_sealed text,
  add constraint payment_settings_offset check (
    (offset_number_sealed is null) = (bank_profile #>> '{offset_account,account_last4}' is null));
drop trigger record_change on payment_settings;
call record_changes('payment_settings', 'payment-settings', 'tenant_id', array['channel', 'approve_above', 'cooling_off_hours', 'bank_profile']);

-- The profile as it stood when the file was prepared: writing it again gives the same bytes.
alter table outbound_files
  add column bank_profile jsonb,
  add column offset_number_sealed text,
  -- The last trace number that the file uses up, that of an offset entry or of a payment. Null: that of its last payment.
  add column last_trace_sequence integer check (last_trace_sequence between 1 and 9999999);
-- A file never takes the place of another one, whatever names the profile gives.
drop index outbound_files_of_object;
create unique index outbound_files_of_object on outbound_files (tenant_id, object_key);

-- What receivers read of an entry. Null: PAYMENT.
alter table outbound_entries
  add column entry_description text check (length(entry_description) between 1 and 10);
