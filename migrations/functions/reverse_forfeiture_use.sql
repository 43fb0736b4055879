-- Takes back a use of forfeitures: the employer has paid for those contributions after all. Null: there is no such use.
create or replace function reverse_forfeiture_use(of_entry uuid, key text) returns uuid
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  used forfeiture_entries;
  after bigint;
  entry uuid;
begin
  select * into used from forfeiture_entries where tenant_id = current_tenant() and id = of_entry and kind = 'USED';
  if not found then
    return null;
  end if;
  update forfeiture_accounts set balance = balance - used.amount
    where tenant_id = current_tenant() and plan_type = used.plan_type and currency = used.currency returning balance into strict after;
  insert into forfeiture_entries (plan_type, currency, kind, amount, balance_after, pay_date, effective_date, idempotency_key, reverses)
    values (used.plan_type, used.currency, 'REVERSED', -used.amount, after, used.pay_date, today(), key, of_entry) returning id into entry;
  perform post_entry('PLAN_ASSETS', 'FORFEITURES', -used.amount, used.currency, 'forfeiture-use-reversed', null, null, today());
  return entry;
end
$$;
grant execute on function reverse_forfeiture_use to vestry_app;
