-- A payment of a payroll file is one of a plan, a pay date, a source and a run. A month and its last day are one pay date, however a file writes it; a run tells
-- a bonus from the regular pay of the day.
alter table payroll_periods
  add column run_id text collate "C" not null default '',
  add column pay_date date not null generated always as (case
    when length(period) = 7 then (make_date(left(period, 4)::integer, right(period, 2)::integer, 1) + interval '1 month -1 day')::date
    else make_date(left(period, 4)::integer, substring(period, 6, 2)::integer, right(period, 2)::integer) end) stored,
  drop constraint payroll_periods_pkey,
  add primary key (tenant_id, plan_id, pay_date, source, run_id);
