-- The money that is back is read once for all items, and not once for each.
create or replace view statement_exceptions with (security_invoker = true) as
  with back as (
    select l.tenant_id, l.item_id, min(l.transaction_id::text)::uuid as transaction_id from statement_legs l
      join ledger_transactions t on t.tenant_id = l.tenant_id and t.id = l.transaction_id
    where l.leg = 'BACK' and l.reversal_id is null and t.status <> 'FAILED' and t.return_code is null
    group by l.tenant_id, l.item_id)
  select i.tenant_id, i.id, case when b.item_id is null and i.state = 'RESOLVED' then 'RESOLVED' else 'OPEN' end as state, i.received_at as since,
    case when b.item_id is not null then 'not-in-ledger' when i.state = 'RESOLVED' then coalesce(lower(i.explanation), 'matched') else i.reason end as reason,
    i.code, coalesce(b.transaction_id, i.transaction_id) as transaction_id, i.file_id, i.amount, i.currency
  from statement_items i left join back b on b.tenant_id = i.tenant_id and b.item_id = i.id
  where b.item_id is not null or i.state in ('UNMATCHED', 'RESOLVED');
