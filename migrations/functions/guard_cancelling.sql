-- What the bank may have is cancelled no more: by HTTP from the release on, by file once it is in one, and whenever the bank has spoken of it.
create or replace function guard_cancelling() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if exists (select from payment_orders where tenant_id = new.tenant_id and transaction_id = new.id and channel = 'BANK' and released_at is not null)
    or exists (select from outbound_entries where tenant_id = new.tenant_id and transaction_id = new.id)
    or exists (select from bank_events where tenant_id = new.tenant_id and transaction_id = new.id)
  then
    raise exception 'the bank may have the payment of %', new.id using errcode = 'check_violation', constraint = 'transactions_not_at_bank';
  end if;
  return new;
end
$$;
