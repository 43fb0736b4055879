-- Participants are verified as shareholders are.
alter table participants add column kyc_changed_at timestamptz;
create trigger note_kyc_change before update of kyc_status on participants for each row
  when (new.kyc_status <> old.kyc_status) execute function note_kyc_change();
create view verifiable_participants with (security_invoker = true) as
  select tenant_id, employee_id, kyc_status, identified_by, kyc_changed_at from participants;
grant select on verifiable_participants to vestry_app;
