-- Nothing that was ordered leaves before it is approved and released.
create or replace function guard_sending() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if exists (select from payment_orders where tenant_id = new.tenant_id and transaction_id = new.id and released_at is null) then
    raise exception 'the payment of % was not released', new.id using errcode = 'check_violation', constraint = 'transactions_released';
  end if;
  return new;
end
$$;
