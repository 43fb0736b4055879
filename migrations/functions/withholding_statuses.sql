-- Returns by which rule, and at which percentage, tax is withheld from what is paid on a day to each holder who has a form or a number on record.
-- BACKUP: of a person of the United States without a certified number, or with one that the authority refuses (26 USC 3406(a)).
-- NONRESIDENT: of a foreign one (26 USC 1441, 1442; 30 %), at the rate of the treaty that a form claims, as long as the form holds. A form that has
-- expired still says that its holder is foreign, and so does a foreign number (26 CFR 1.1441-1(b)(3)). Null: nothing is withheld.
-- Whoever isn't among them is presumed to be of the United States, and has certified nothing. tests/oracles/withholding.ts is its oracle.
create or replace function withholding_statuses(on_day date) returns table (shareholder_id uuid, withholding text, rate numeric)
  language sql stable
  as $$
    select c.shareholder_id,
      case when c.certification in ('W8BEN', 'W8BENE') or c.certification = 'NONE' and c.tax_id_type = 'FOREIGN' then 'NONRESIDENT'
        when c.certification = 'NONE' or c.backup_withholding then 'BACKUP' end,
      withholding_percent(c.certification, c.tax_id_type, c.expires_on, c.treaty_rate, c.backup_withholding, on_day)
    from tax_certifications c where c.tenant_id = current_tenant()
  $$;
grant execute on function withholding_statuses to vestry_app;
