-- What decides how much of a dividend is withheld for a tax authority: whether the issuer withholds at all, and what the holder has certified, or the
-- authority has said of them.
alter table register_settings add column withholding text check (withholding in ('NONE', 'US'));
drop trigger record_change on register_settings;
call record_changes('register_settings', 'register-settings', 'tenant_id', array['by_hand_percent', 'by_file_percent', 'withholding']);

alter table tax_certifications
  -- Percent, by the treaty that the form claims. Null: that of the law.
  add column treaty_rate numeric(4, 2) check (treaty_rate between 0 and 30),
  -- The form W-9 names a code for exempt payees.
  add column exempt_payee boolean not null default false,
  -- The authority has told the issuer that the number or its owner requires backup withholding.
  add column backup_withholding boolean not null default false,
  add constraint tax_certifications_rate_of_treaty check (treaty_rate is null or treaty_country is not null),
  add constraint tax_certifications_exempt_by_w9 check (not exempt_payee or certification = 'W9'),
  add constraint tax_certifications_notice_of_w9 check (not backup_withholding or certification in ('W9', 'NONE') and not exempt_payee);
drop trigger record_change on tax_certifications;
call record_changes('tax_certifications', 'tax-certifications', 'shareholder_id', array[
  'tax_id_type', 'tax_id_last4', 'certification', 'signed_on', 'expires_on', 'treaty_country', 'treaty_rate', 'exempt_payee', 'backup_withholding']);
create or replace view certified_tax_ids with (security_invoker = true) as
  select tenant_id, shareholder_id, tax_id_type, tax_id_last4, treaty_country from tax_certifications where tax_id_type is not null;
