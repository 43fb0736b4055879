-- The first payment that leaves turns its dividend to PAYING, and from then on it can't be cancelled: both change one row.
create or replace function guard_dividend_payment() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  dividend_state text;
begin
  select state into dividend_state from dividends where tenant_id = new.tenant_id and id = new.dividend_id;
  if dividend_state = 'PENDING' then
    update dividends set state = 'PAYING', version = version + 1, updated_at = now()
      where tenant_id = new.tenant_id and id = new.dividend_id and state = 'PENDING';
    select state into dividend_state from dividends where tenant_id = new.tenant_id and id = new.dividend_id;
  end if;
  if dividend_state <> 'PAYING' then
    raise exception 'the dividend is %', dividend_state using errcode = 'check_violation', constraint = 'transactions_dividend_is_paying';
  end if;
  return new;
end
$$;
