-- What an adjustment adds is declared and owed. What it takes back was owed by the account from which it would have been paid: the payment
-- itself must have ended without reaching the holder. What was withheld from it goes both ways with it.
create or replace function post_adjustment() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  taken transactions;
  owed text;
begin
  if not exists (select from entitlement_adjustments a where a.tenant_id = new.tenant_id and a.id = new.adjustment_id
      and a.dividend_id = new.dividend_id and a.shareholder_id = new.shareholder_id) then
    raise exception 'the adjustment of a transaction does not exist'
      using errcode = 'foreign_key_violation', table = 'transactions', constraint = 'transactions_of_adjustment';
  end if;
  if new.amount > 0 then
    perform post_entry('DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', new.amount + new.withheld, new.currency, 'entitlement-added', new.id,
      new.dividend_id, today());
    if new.withheld > 0 then
      perform post_entry('DIVIDENDS_PAYABLE', 'TAX_WITHHELD', new.withheld, new.currency, 'tax-withheld', new.id, new.dividend_id, today());
    end if;
    return null;
  end if;
  select * into taken from transactions where tenant_id = new.tenant_id and id = new.adjusts;
  if taken.id is null or (taken.amount, taken.withheld) is distinct from (-new.amount, -new.withheld) or taken.currency <> new.currency or taken.shareholder_id <> new.shareholder_id
    or coalesce(taken.dividend_id, taken.repays_dividend_id) is distinct from new.dividend_id
    or not (taken.status in ('FAILED', 'CANCELLED') or taken.status = 'SETTLED' and taken.return_code is not null)
  then
    raise exception 'an adjustment takes back a payment of its dividend that nobody has received'
      using errcode = 'check_violation', constraint = 'transactions_adjusts_unpaid';
  end if;
  owed := case when taken.status = 'SETTLED' then 'RETURNS' else coalesce(taken.source_account, 'DIVIDENDS_PAYABLE') end;
  perform post_entry(owed, 'DIVIDENDS_DECLARED', -new.amount, new.currency, 'entitlement-reduced', new.id, new.dividend_id, today());
  if new.withheld < 0 then
    perform post_entry('TAX_WITHHELD', 'DIVIDENDS_DECLARED', -new.withheld, new.currency, 'withholding-reduced', new.id, new.dividend_id, today());
  end if;
  return null;
end
$$;
