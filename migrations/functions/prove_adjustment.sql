-- The transactions of an adjustment come to its amount, with what is withheld from them, and are its holder's and its dividend's.
create or replace function prove_adjustment() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if (new.amount, new.withheld) is distinct from (select (sum(t.amount + t.withheld)::bigint, sum(t.withheld)::bigint) from ledger_transactions t
      where t.tenant_id = new.tenant_id and t.adjustment_id = new.id and t.dividend_id = new.dividend_id and t.shareholder_id = new.shareholder_id
        and (t.amount < 0 or t.id = new.transaction_id))
    or exists (select from ledger_transactions t where t.tenant_id = new.tenant_id and t.adjustment_id = new.id
      and (t.dividend_id, t.shareholder_id) is distinct from (new.dividend_id, new.shareholder_id))
  then
    raise exception 'the transactions of an adjustment do not come to its amount'
      using errcode = 'check_violation', constraint = 'dividend_adjustments_reconciled';
  end if;
  return null;
end
$$;
