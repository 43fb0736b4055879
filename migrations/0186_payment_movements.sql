-- What payments have moved of the money that they are paid from, whether it lies in cash or is in transit: other rooms compare it with the bank here. A
-- settlement moves nothing of both together.
create view payment_movements with (security_invoker = true) as
  select j.tenant_id, j.transaction_id, case when j.reason = 'sent' then 'OUT' else 'BACK' end as leg, j.currency,
    case when j.reason = 'sent' then -j.amount else j.amount end as amount, j.effective_date
  from journal j where j.reason in ('sent', 'failed') and j.transaction_id is not null
  union all
  select j.tenant_id, t.compensates, 'BACK', j.currency, j.amount, j.effective_date
  from journal j join transactions t on t.tenant_id = j.tenant_id and t.id = j.transaction_id where j.reason = 'returned';
grant select on payment_movements to vestry_app, vestry_system, vestry_report;
create index journal_moved on journal (tenant_id, effective_date) where reason in ('sent', 'failed', 'returned');
