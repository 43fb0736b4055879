-- What people must look at in the bank's statements: an entry that stands for nothing, and money that is back by the bank and not by the ledger. What two
-- people have said of an entry ends it, unless the latter is true of it.
create view statement_exceptions with (security_invoker = true) as
  with back as (
    select l.tenant_id, l.item_id, l.transaction_id from statement_legs l
      join ledger_transactions t on t.tenant_id = l.tenant_id and t.id = l.transaction_id
    where l.leg = 'BACK' and l.reversal_id is null and t.status <> 'FAILED' and t.return_code is null)
  select i.tenant_id, i.id, 'OPEN' as state, i.received_at as since, i.reason, i.code, i.transaction_id, i.file_id, i.amount, i.currency
  from statement_items i where i.state = 'UNMATCHED'
  union all
  select i.tenant_id, i.id, 'OPEN', i.received_at, 'not-in-ledger', i.code, b.transaction_id, i.file_id, i.amount, i.currency
  from statement_items i join lateral (select min(transaction_id::text)::uuid as transaction_id from back
    where back.tenant_id = i.tenant_id and back.item_id = i.id) b on b.transaction_id is not null
  where i.state <> 'UNMATCHED' and i.amount > 0
  union all
  select i.tenant_id, i.id, 'RESOLVED', i.received_at, coalesce(lower(i.explanation), 'matched'), i.code, i.transaction_id, i.file_id, i.amount, i.currency
  from statement_items i where i.state = 'RESOLVED'
    and not exists (select from back where back.tenant_id = i.tenant_id and back.item_id = i.id);
grant select on statement_exceptions to vestry_app, vestry_system, vestry_report;
