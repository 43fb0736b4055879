-- The end of a plan is a dated fact: it can lie ahead, be corrected and be withdrawn, and an employee who comes back goes on with the plan. Unvested money of
-- the employer is held in the plan until it is forfeited, and stays plan assets then: in the forfeiture account of the plan's type.
drop trigger record_change on plans;
drop trigger leave_entry_of_status on plans;
alter table plans
  -- A plan under notice is ACTIVE until its day is over; the vesting job, or whatever changes the plan first, then sets its status.
  drop constraint plans_termination,
  add constraint plans_termination check (status = 'ACTIVE' or terminated_on is not null),
  -- Absences between a termination and a rehire: [{"terminated_on": …, "rehired_on": …}], in order.
  add column breaks json not null default '[]',
  -- Distributions that are ordered, and neither settled nor failed: part of `distributed`.
  add column distributing bigint not null default 0 check (distributing >= 0);
call record_changes('plans', 'plans', 'id', array[
  'employee_id', 'plan_type', 'shareholder_id', 'status', 'currency', 'enrolled_on', 'terminated_on', 'breaks', 'employee_contributed',
  'employer_contributed', 'forfeited', 'distributed', 'distributing', 'balance', 'vesting_schedule', 'allocation_type', 'grant_quantity', 'grant_date',
  'vesting_start', 'accelerations', 'vested_as_of', 'vested_quantity', 'forfeited_quantity', 'vested_numerator', 'vested_denominator', 'vested_money'],
  'plan', array['status']);
create or replace view plan_terms with (security_invoker = true) as
  select tenant_id, id, employee_id, plan_type, status, currency, balance, enrolled_on, terminated_on, vesting_schedule, allocation_type,
    grant_quantity, grant_date, vesting_start, accelerations, breaks from plans;

alter table journal
  drop constraint journal_accounts,
  add constraint journal_accounts check (
    debit_account <> credit_account
    and debit_account in
      ('CASH', 'DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', 'PLAN_ASSETS', 'PLAN_OBLIGATIONS', 'FORFEITURES', 'IN_TRANSIT', 'RETURNS')
    and credit_account in
      ('CASH', 'DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', 'PLAN_ASSETS', 'PLAN_OBLIGATIONS', 'FORFEITURES', 'IN_TRANSIT', 'RETURNS'));

-- What has been forfeited in the plans of a type, and not been used. Only move_forfeiture and use_forfeitures write these tables.
create table forfeiture_accounts (
  tenant_id uuid not null default current_tenant() references tenants,
  plan_type text not null,
  currency text not null,
  balance bigint not null,
  primary key (tenant_id, plan_type, currency),
  constraint forfeiture_accounts_balance check (balance >= 0)
);
call scope_by_tenant('forfeiture_accounts', 'select');

create table forfeiture_entries (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default posting_id(),
  plan_type text not null,
  currency text not null,
  -- FORFEITED comes from a plan, RESTORED goes back to it, USED has paid contributions of the employer.
  kind text not null check (kind in ('FORFEITED', 'RESTORED', 'USED')),
  -- Minor units, more than zero where the account grows.
  amount bigint not null check (amount <> 0 and (amount > 0) = (kind = 'FORFEITED')),
  balance_after bigint not null,
  plan_id uuid,
  -- The pay date whose contributions it has paid.
  pay_date date,
  effective_date date not null,
  idempotency_key text,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  foreign key (tenant_id, plan_type, currency) references forfeiture_accounts,
  foreign key (tenant_id, plan_id) references plans,
  constraint forfeiture_entries_of check ((plan_id is null) = (kind = 'USED') and (pay_date is not null) = (kind = 'USED')),
  -- Money moves: a key uses money once for ever.
  constraint forfeiture_entries_idempotency_key unique (tenant_id, idempotency_key)
);
create index forfeiture_entries_of_plan on forfeiture_entries (tenant_id, plan_id, id) where plan_id is not null;
call scope_by_tenant('forfeiture_entries', 'select');
call append_only('forfeiture_entries');

create trigger settle_distribution after update on transactions for each row
  when (new.type = 'DISBURSE' and new.plan_id is not null and new.status = 'SETTLED' and old.status <> 'SETTLED')
  execute function settle_distribution();
