-- Everything that has moved the money of a plan, by the day for which it counts where the sponsor lives. A distribution is taken on the day on which it is
-- ordered, and given back on the day on which it fails, is cancelled or comes back. Other rooms read it here too.
create view plan_activity with (security_invoker = true) as
  select c.tenant_id, c.plan_id, c.effective_date as day, case when c.reverses is null then 'CONTRIBUTION' else 'REVERSAL' end as kind, c.source, c.amount,
    c.currency, c.id, c.created_at as recorded_at
  from contributions c
  union all
  select t.tenant_id, t.plan_id, (t.created_at at time zone d.time_zone)::date, case when t.compensates is null then 'DISTRIBUTION' else 'RETURNED' end, null,
    -t.amount, t.currency, t.id, t.created_at
  from ledger_transactions t join tenant_directory d on d.id = t.tenant_id
  where t.type = 'DISBURSE' and t.plan_id is not null
  union all
  select t.tenant_id, t.plan_id, (t.updated_at at time zone d.time_zone)::date, t.status, null, t.amount, t.currency, t.id, t.updated_at
  from ledger_transactions t join tenant_directory d on d.id = t.tenant_id
  where t.type = 'DISBURSE' and t.plan_id is not null and t.status in ('FAILED', 'CANCELLED')
  union all
  select f.tenant_id, f.plan_id, f.effective_date, f.kind, null, -f.amount, f.currency, f.id, f.created_at
  from forfeiture_entries f where f.plan_id is not null;
grant select on plan_activity to vestry_app, vestry_system, vestry_report;
