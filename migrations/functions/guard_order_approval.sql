-- An order is approved by the approval of the payment itself, of its dividend's run, or of the payment that it pays again.
create or replace function guard_order_approval() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if is_approved_change('payment', 'transactions', new.transaction_id::text, new.decided_by)
    or is_approved_change('payment-reversal', 'transactions', new.transaction_id::text, new.decided_by)
    or is_approved_change('payment-run', 'dividends',
      (select coalesce(dividend_id, repays_dividend_id) from ledger_transactions where tenant_id = new.tenant_id and id = new.transaction_id)::text, new.decided_by)
    or exists (select from payment_orders o where o.tenant_id = new.tenant_id and o.transaction_id = new.replaces
      and o.approval = 'APPROVED' and o.decided_by = new.decided_by)
  then
    return new;
  end if;
  raise exception 'nobody has approved the payment of %', new.transaction_id
    using errcode = 'check_violation', constraint = 'payment_orders_approved_by_request';
end
$$;
