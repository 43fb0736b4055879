-- Money of a plan comes from six sources. Of all but EMPLOYER it is the employee's at once: plans.employee_contributed counts those, and
-- plans.employer_contributed what vests by the schedule.
alter table contributions
  drop constraint contributions_source_check,
  add constraint contributions_source_check check (source in ('EMPLOYEE', 'ROTH', 'AFTER_TAX', 'EMPLOYER', 'SAFE_HARBOR', 'ROLLOVER'));
-- The sums of a year as limits count them: employee_amount is of deferrals, before tax and Roth, roth_amount the Roth part of it; employer_amount is of
-- everything else that is added in the year. A rollover is of an earlier one, and counts nowhere.
alter table contribution_years add column roth_amount bigint not null default 0 check (roth_amount between 0 and employee_amount);
-- Wages by year ("2025": "15000000", minor units of USD), on which the tax of a catch-up depends.
alter table participants add column wages json not null default '{}';

-- ROTH_CATCH_UP: whoever earned more than that in the year before makes catch-up contributions as Roth only.
alter table contribution_limits
  drop constraint contribution_limits_kind_check,
  add constraint contribution_limits_kind_check check (kind in ('EMPLOYEE_DEFERRAL', 'CATCH_UP', 'TOTAL_ADDITIONS', 'ROTH_CATCH_UP'));
insert into contribution_limits (plan_type, year, kind, min_age, max_age, amount, source) values
  ('401K', 2026, 'ROTH_CATCH_UP', 0, 200, 15000000, 'IRS Notice 2025-67, IRC 414(v)(7)');
