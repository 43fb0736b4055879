-- What was withheld from a payment is told with it, where it is unpaid and where it was received.
create or replace view unpaid_payments with (security_invoker = true) as
  select t.tenant_id, t.id as transaction_id, t.dividend_id, t.repays_dividend_id, t.shareholder_id, t.amount, t.status, t.updated_at,
    exists (select from payment_orders o where o.tenant_id = t.tenant_id and o.transaction_id = t.id) as is_ordered,
    t.withheld
  from ledger_transactions t
  where (t.dividend_id is not null or t.repays_dividend_id is not null) and t.compensates is null and t.amount > 0
    and (t.status in ('PENDING', 'CANCELLED') or t.status = 'FAILED' and t.return_code is distinct from 'CANCELLED'
      or t.status = 'SETTLED' and t.return_code is not null)
    and not exists (select from ledger_transactions n where n.tenant_id = t.tenant_id and n.adjusts = t.id and n.amount < 0)
    and not exists (select from payment_orders o where o.tenant_id = t.tenant_id and o.replaces = t.id)
    and not exists (select from bank_contradictions c where c.tenant_id = t.tenant_id and c.transaction_id = t.id and c.state = 'OPEN');
create or replace view dividend_receipts with (security_invoker = true) as
  select t.tenant_id, t.id as transaction_id, t.shareholder_id, coalesce(t.dividend_id, t.repays_dividend_id) as dividend_id, t.amount,
    t.currency, s.settled_on as received_on, t.withheld, t.withholding, t.withholding_rate
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
