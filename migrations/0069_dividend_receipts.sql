-- What holders have received of dividends, and on which day. A payment that came back was received all the same; one that was made again
-- instead of it is not received a second time. What has failed or was denied is received with the payment that takes its place.
create view dividend_receipts with (security_invoker = true) as
  select t.tenant_id, t.id as transaction_id, t.shareholder_id, coalesce(t.dividend_id, t.repays_dividend_id) as dividend_id, t.amount,
    t.currency, s.settled_on as received_on
  from ledger_transactions t join settlements s on s.tenant_id = t.tenant_id and s.transaction_id = t.id
  where t.dividend_id is not null
    or t.repays_dividend_id is not null and not exists (
      with recursive replaced as (
        select o.replaces as id from payment_orders o where o.tenant_id = t.tenant_id and o.transaction_id = t.id
        union all
        select o.replaces from replaced r join payment_orders o on o.tenant_id = t.tenant_id and o.transaction_id = r.id)
      select from replaced r join settlements earlier on earlier.tenant_id = t.tenant_id and earlier.transaction_id = r.id);
grant select on dividend_receipts to vestry_app, vestry_system, vestry_report;
