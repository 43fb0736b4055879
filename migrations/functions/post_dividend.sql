-- The liability appears with the transactions that pay it, and goes when they are voided, with what adjustments have changed of it.
create or replace function post_dividend() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  owed bigint;
begin
  if new.total_amount > 0 and new.state = 'PENDING' then
    perform post_entry('DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', new.total_amount, new.currency, 'dividend-declared', null, new.id, new.record_date);
  elsif old.state = 'PENDING' and new.state = 'CANCELLED' then
    owed := new.total_amount + coalesce((select sum(a.amount) from dividend_adjustments a where a.tenant_id = new.tenant_id and a.dividend_id = new.id), 0);
    if owed > 0 then
      perform post_entry('DIVIDENDS_PAYABLE', 'DIVIDENDS_DECLARED', owed, new.currency, 'dividend-cancelled', null, new.id, today());
    end if;
  end if;
  return null;
end
$$;
