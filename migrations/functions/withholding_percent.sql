-- Returns the percentage that is withheld from what is paid on a day to a holder with such a form and number on record; null: nothing is. See
-- withholding_statuses() for the rules, and for the sources of them.
create or replace function withholding_percent(
    certification text, tax_id_type text, expires_on date, treaty_rate numeric, backup_withholding boolean, on_day date) returns numeric
  language sql immutable
  as $$
    select case
      when certification in ('W8BEN', 'W8BENE') then case when expires_on >= on_day then coalesce(treaty_rate, 30) else 30 end
      when certification = 'NONE' and tax_id_type = 'FOREIGN' then 30
      when certification = 'NONE' or backup_withholding then backup_withholding_rate()
    end
  $$;
grant execute on function withholding_percent to vestry_app;
