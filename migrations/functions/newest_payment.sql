-- Returns the payment that has taken the place of another one, however often that was tried; itself where none has.
create or replace function newest_payment(transaction uuid) returns uuid
  language sql stable
  as $$
    with recursive chain (id, n) as (
      select transaction, 0
      union all
      select o.transaction_id, c.n + 1 from chain c join payment_orders o on o.tenant_id = current_tenant() and o.replaces = c.id)
    select id from chain order by n desc limit 1
  $$;
grant execute on function newest_payment to vestry_app;
