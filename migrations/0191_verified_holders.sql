-- A file of KYC statuses changes none that somebody has set since it was received.
alter table shareholders add column kyc_changed_at timestamptz;
create trigger note_kyc_change before update of kyc_status on shareholders for each row
  when (new.kyc_status <> old.kyc_status) execute function note_kyc_change();
create view verifiable_holders with (security_invoker = true) as
  select tenant_id, id, external_ref, kyc_status, status, identified_by, kyc_changed_at from shareholders;
grant select on verifiable_holders to vestry_app;
