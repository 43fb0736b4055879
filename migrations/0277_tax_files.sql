-- Tax ids and forms of holders come by file too, under one approval, like the KYC status and the bank accounts of payees.
alter table uploads drop constraint uploads_kind_check,
  add constraint uploads_kind_check
    check (kind in ('shareholders', 'contributions', 'ballots', 'kyc', 'bank-accounts', 'tax-certifications', 'participants', 'unknown'));
alter table upload_mappings drop constraint upload_mappings_kind_check,
  add constraint upload_mappings_kind_check
    check (kind in ('shareholders', 'contributions', 'ballots', 'kyc', 'bank-accounts', 'tax-certifications', 'participants'));
