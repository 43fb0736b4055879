-- A remittance needs a second person's approval, and is posted with it.
create or replace function post_remittance() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if not is_approved_change('tax-remittance', 'tax-remittances', new.id::text, new.approved_by) then
    raise exception 'nobody has approved the remittance' using errcode = 'check_violation', constraint = 'tax_remittances_approved';
  end if;
  if new.amount > 0 then
    perform post_entry('TAX_WITHHELD', 'CASH', new.amount, new.currency, 'tax-remitted', null, null, new.paid_on);
  else
    perform post_entry('CASH', 'TAX_WITHHELD', -new.amount, new.currency, 'tax-refunded', null, null, new.paid_on);
  end if;
  return null;
end
$$;
