-- Other rooms read here which payments were ordered, and in whose place.
create view ordered_payments with (security_invoker = true) as
  select tenant_id, transaction_id, replaces from payment_orders;
grant select on ordered_payments to vestry_app, vestry_system, vestry_report;

-- What was left of a payment by an adjustment takes its place too: where the payment was received, and came back, it is not received again.
create or replace view dividend_receipts with (security_invoker = true) as
  select t.tenant_id, t.id as transaction_id, t.shareholder_id, coalesce(t.dividend_id, t.repays_dividend_id) as dividend_id, t.amount,
    t.currency, s.settled_on as received_on
  from ledger_transactions t join settlements s on s.tenant_id = t.tenant_id and s.transaction_id = t.id
  where t.dividend_id is not null and t.adjusts is null
    or (t.repays_dividend_id is not null or t.adjusts is not null) and not exists (
      with recursive replaced as (
        select p.id from (
          select o.replaces as id from payment_orders o where o.tenant_id = t.tenant_id and o.transaction_id = t.id
          union all select t.adjusts) p where p.id is not null
        union all
        select p.id from replaced r, lateral (
          select o.replaces as id from payment_orders o where o.tenant_id = t.tenant_id and o.transaction_id = r.id
          union all
          select a.adjusts from ledger_transactions a where a.tenant_id = t.tenant_id and a.id = r.id) p where p.id is not null)
      select from replaced r join settlements earlier on earlier.tenant_id = t.tenant_id and earlier.transaction_id = r.id);
