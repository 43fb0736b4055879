-- The liability appears with the transactions that pay it, and goes when they are voided, with what adjustments have changed of it. From the payable
-- date on, the day on which holders are paid or could be, the tax that is withheld is owed to the authority.
create or replace function post_dividend() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  owed bigint;
  withheld bigint;
begin
  if new.total_amount > 0 and new.state = 'PENDING' then
    perform post_entry('DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', new.total_amount, new.currency, 'dividend-declared', null, new.id, new.record_date);
    if new.withheld_amount > 0 then
      perform post_entry('DIVIDENDS_PAYABLE', 'TAX_WITHHELD', new.withheld_amount, new.currency, 'tax-withheld', null, new.id, new.payable_date);
    end if;
  elsif old.state = 'PENDING' and new.state = 'CANCELLED' then
    select new.total_amount + coalesce(sum(a.amount), 0), new.withheld_amount + coalesce(sum(a.withheld), 0) into owed, withheld
      from dividend_adjustments a where a.tenant_id = new.tenant_id and a.dividend_id = new.id;
    if withheld > 0 then
      perform post_entry('TAX_WITHHELD', 'DIVIDENDS_PAYABLE', withheld, new.currency, 'withholding-cancelled', null, new.id,
        greatest(new.payable_date, today()));
    end if;
    if owed > 0 then
      perform post_entry('DIVIDENDS_PAYABLE', 'DIVIDENDS_DECLARED', owed, new.currency, 'dividend-cancelled', null, new.id, today());
    end if;
  end if;
  return null;
end
$$;
