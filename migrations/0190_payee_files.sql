-- The KYC status and the bank accounts of payees come by file too, by the same way as registers and payrolls.
alter table uploads drop constraint uploads_kind_check,
  add constraint uploads_kind_check
    check (kind in ('shareholders', 'contributions', 'ballots', 'kyc', 'bank-accounts', 'unknown'));
alter table upload_mappings drop constraint upload_mappings_kind_check,
  add constraint upload_mappings_kind_check check (kind in ('shareholders', 'contributions', 'ballots', 'kyc', 'bank-accounts'));
