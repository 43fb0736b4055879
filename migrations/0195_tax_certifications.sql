-- The tax id of a holder, and what the holder has certified of their status for taxes in the United States.
create table tax_certifications (
  tenant_id uuid not null default current_tenant() references tenants,
  shareholder_id uuid not null,
  tax_id_type text check (tax_id_type in ('SSN', 'ITIN', 'EIN', 'FOREIGN')),
  -- Sealed by the application for this holder alone; the database never sees the number.
  tax_id_sealed text,
  tax_id_last4 text check (char_length(tax_id_last4) <= 4),
  certification text not null check (certification in ('W9', 'W8BEN', 'W8BENE', 'NONE')),
  signed_on date,
  -- The last day on which it holds; null: it holds until another one is given.
  expires_on date,
  -- The country whose treaty the holder claims.
  treaty_country text check (treaty_country ~ '^[A-Z]{2}$'),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, shareholder_id),
  foreign key (tenant_id, shareholder_id) references shareholders,
  constraint tax_certifications_whole_id check (num_nulls(tax_id_type, tax_id_sealed, tax_id_last4) in (0, 3)),
  constraint tax_certifications_signed check ((certification = 'NONE') = (signed_on is null)),
  constraint tax_certifications_of_treaty check (treaty_country is null or certification in ('W8BEN', 'W8BENE')),
  constraint tax_certifications_w9_has_id check (certification <> 'W9' or tax_id_type in ('SSN', 'ITIN', 'EIN')),
  constraint tax_certifications_expiry check (expires_on is not distinct from case
    when certification in ('W8BEN', 'W8BENE') then make_date(extract(year from signed_on)::integer + 3, 12, 31) end)
);
call scope_by_tenant('tax_certifications', 'select, insert, update');
call record_changes('tax_certifications', 'tax-certifications', 'shareholder_id', array[
  'tax_id_type', 'tax_id_last4', 'certification', 'signed_on', 'expires_on', 'treaty_country']);
create view certified_tax_ids with (security_invoker = true) as
  select tenant_id, shareholder_id, tax_id_type, tax_id_last4 from tax_certifications where tax_id_type is not null;
grant select on certified_tax_ids to vestry_app, vestry_report;
-- It goes with the holder's personal data.
create trigger forget_tax_certification after update of purged_at on shareholders for each row
  when (old.purged_at is null and new.purged_at is not null) execute function forget_tax_certification();
