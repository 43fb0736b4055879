-- The liability appears with the transactions that pay it, and goes when they are voided.
create or replace function post_dividend() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if new.total_amount > 0 and new.state = 'PENDING' then
    perform post_entry('DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', new.total_amount, new.currency, 'dividend-declared', null, new.id, new.record_date);
  elsif new.total_amount > 0 and old.state = 'PENDING' and new.state = 'CANCELLED' then
    perform post_entry('DIVIDENDS_PAYABLE', 'DIVIDENDS_DECLARED', new.total_amount, new.currency, 'dividend-cancelled', null, new.id, today());
  end if;
  return null;
end
$$;
