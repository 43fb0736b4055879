-- Employee plans of a sponsor: participants, plans, contributions and the limits on them.

-- Employees who are paid or vest through plans, under the sponsor's own number for each.
create table participants (
  tenant_id uuid not null default current_tenant() references tenants,
  employee_id text collate "C" not null,
  -- Catch-up contributions depend on the age reached in the year.
  date_of_birth date,
  kyc_status text not null default 'UNVERIFIED' check (kyc_status in ('UNVERIFIED', 'PENDING', 'VERIFIED', 'REJECTED')),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Retention erased the personal data at this instant; it does so once.
  purged_at timestamptz,
  primary key (tenant_id, employee_id)
);
-- The daily purge looks for few participants among many.
create index participants_to_purge on participants (tenant_id, updated_at) where purged_at is null;
call scope_by_tenant('participants', 'select, insert, update');

create table plans (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  employee_id text collate "C" not null,
  plan_type text not null check (plan_type in ('RSU', '401K', 'ESPP', 'ESOP')),
  -- A holder on the register of an issuer that had linked the sponsor when the employee enrolled.
  shareholder_id uuid,
  status text not null default 'ACTIVE' check (status in ('ACTIVE', 'TERMINATED')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  enrolled_on date not null,
  terminated_on date,

  -- Money, in minor units. The balance can't part from what makes it up.
  employee_contributed bigint not null default 0 check (employee_contributed >= 0),
  employer_contributed bigint not null default 0 check (employer_contributed >= 0),
  forfeited bigint not null default 0 check (forfeited >= 0),
  distributed bigint not null default 0 check (distributed >= 0),
  balance bigint not null generated always as (employee_contributed + employer_contributed - forfeited - distributed) stored,

  vesting_schedule json,
  allocation_type text check (allocation_type in (
    'CUMULATIVE_ROUNDING', 'CUMULATIVE_ROUND_DOWN', 'FRONT_LOADED', 'BACK_LOADED', 'FRONT_LOADED_TO_SINGLE_TRANCHE', 'BACK_LOADED_TO_SINGLE_TRANCHE', 'FRACTIONAL')),
  grant_quantity numeric(28, 8) check (grant_quantity > 0),
  grant_date date,
  vesting_start date not null,
  accelerations json not null default '[]',
  -- Counts changes of what vesting is computed from; a result computed from an older one is not stored.
  vesting_inputs integer not null default 1,

  -- Shares of the grant, and the part of the employer's money, that had vested by the end of vested_as_of.
  vested_as_of date not null,
  vested_quantity numeric(28, 8) not null default 0 check (vested_quantity >= 0),
  forfeited_quantity numeric(28, 8) not null default 0,
  vested_numerator bigint not null default 0,
  vested_denominator bigint not null default 1,
  vested_money bigint not null generated always as (
    employee_contributed + div(employer_contributed::numeric * vested_numerator, vested_denominator)::bigint - distributed) stored,

  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, employee_id) references participants,
  constraint plans_vested_fraction check (vested_numerator between 0 and vested_denominator),
  constraint plans_distributed_at_most_vested check (vested_money >= 0),
  constraint plans_vested_at_most_granted check (vested_quantity + forfeited_quantity <= coalesce(grant_quantity, 0)),
  constraint plans_grant check ((grant_quantity is null) = (grant_date is null)),
  constraint plans_termination check ((status = 'TERMINATED') = (terminated_on is not null))
)
-- A contribution rewrites its plan's row: room for the new version on the same page spares the indexes.
with (fillfactor = 70);
create unique index plans_one_active on plans (tenant_id, employee_id, plan_type) where status = 'ACTIVE';
create index plans_by_employee on plans (tenant_id, employee_id, id);
call scope_by_tenant('plans', 'select, insert, update');
create view plan_terms with (security_invoker = true) as
  select tenant_id, id, employee_id, plan_type, status, currency, balance, enrolled_on, terminated_on, vesting_schedule, allocation_type,
    grant_quantity, grant_date, vesting_start, accelerations from plans;
grant select on plan_terms to vestry_app, vestry_system, vestry_report;
-- The ledger stands before the rooms that use it, so each of them adds its own keys and triggers.
alter table transactions add constraint transactions_plan foreign key (tenant_id, plan_id) references plans;
create trigger distribute_from_plan after insert on transactions for each row
  when (new.type = 'DISBURSE' and new.plan_id is not null) execute function distribute_from_plan();
create trigger give_back_to_plan after update on transactions for each row
  when (new.type = 'DISBURSE' and new.plan_id is not null and new.status = 'FAILED' and old.status <> 'FAILED') execute function distribute_from_plan();

-- Append-only: what was wrong is taken back by an entry of the opposite amount. An entry's id is that of its transaction.
create table contributions (
  tenant_id uuid not null default current_tenant(),
  plan_id uuid not null,
  id uuid not null,
  source text not null check (source in ('EMPLOYEE', 'EMPLOYER')),
  amount bigint not null check (amount <> 0),
  currency text not null,
  effective_date date not null,
  balance_after bigint not null,
  -- The contribution that this one takes back.
  reverses uuid,
  -- Money moves: a key enters one contribution for ever, also after its stored answer has expired.
  idempotency_key text,
  -- The file and line that a payroll contribution came from.
  upload_id uuid,
  upload_line integer,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, plan_id, id),
  foreign key (tenant_id, plan_id) references plans,
  constraint contributions_transaction foreign key (tenant_id, id) references transactions deferrable initially deferred,
  foreign key (tenant_id, plan_id, reverses) references contributions,
  constraint contributions_only_reversal_is_negative check ((amount < 0) = (reverses is not null))
);
create unique index contributions_idempotency_key on contributions (tenant_id, plan_id, idempotency_key) where idempotency_key is not null;
create unique index contributions_reversed_once on contributions (tenant_id, plan_id, reverses) where reverses is not null;
call scope_by_tenant('contributions', 'select, insert');
call append_only('contributions');
create view plan_contributions with (security_invoker = true) as
  select tenant_id, plan_id, id, source, effective_date from contributions;
grant select on plan_contributions to vestry_app, vestry_system, vestry_report;

-- The sums of a year, by effective date, that limits are checked against. One row instead of a scan, so that serializable
-- transactions of different employees don't meet.
create table contribution_years (
  tenant_id uuid not null default current_tenant(),
  employee_id text collate "C" not null,
  plan_type text not null,
  year integer not null,
  currency text not null,
  employee_amount bigint not null default 0 check (employee_amount >= 0),
  employer_amount bigint not null default 0 check (employer_amount >= 0),
  primary key (tenant_id, employee_id, plan_type, year, currency),
  foreign key (tenant_id, employee_id) references participants
)
with (fillfactor = 70);
call scope_by_tenant('contribution_years', 'select, insert, update');

-- A period's pay enters a plan once for each source, whichever files it is in; a reversal opens it again.
create table payroll_periods (
  tenant_id uuid not null default current_tenant(),
  plan_id uuid not null,
  period text collate "C" not null,
  source text not null,
  contribution_id uuid not null,
  amount bigint not null,
  upload_id uuid not null,
  upload_line integer not null,
  reversed boolean not null default false,
  primary key (tenant_id, plan_id, period, source),
  foreign key (tenant_id, plan_id, contribution_id) references contributions
);
call scope_by_tenant('payroll_periods', 'select, insert, update');

-- The limits of the law, which are the same for every tenant and are changed by migrations that name their source. A year without rows goes by
-- the latest year before it.
create table contribution_limits (
  plan_type text not null,
  year integer not null,
  -- EMPLOYEE_DEFERRAL: the employee's own; CATCH_UP: on top of it, by the age reached in the year; TOTAL_ADDITIONS: both sources.
  kind text not null check (kind in ('EMPLOYEE_DEFERRAL', 'CATCH_UP', 'TOTAL_ADDITIONS')),
  min_age integer not null default 0,
  max_age integer not null default 200,
  amount bigint not null check (amount >= 0),
  currency text not null default 'USD',
  source text not null,
  primary key (plan_type, year, kind, min_age)
);
grant select on contribution_limits to vestry_app, vestry_system, vestry_report;

insert into contribution_limits (plan_type, year, kind, min_age, max_age, amount, source) values
  ('401K', 2024, 'EMPLOYEE_DEFERRAL', 0, 200, 2300000, 'IRS Notice 2023-75, IRC 402(g)(1)'),
  ('401K', 2024, 'CATCH_UP', 50, 200, 750000, 'IRS Notice 2023-75, IRC 414(v)(2)(B)(i)'),
  ('401K', 2024, 'TOTAL_ADDITIONS', 0, 200, 6900000, 'IRS Notice 2023-75, IRC 415(c)(1)(A)'),
  ('401K', 2025, 'EMPLOYEE_DEFERRAL', 0, 200, 2350000, 'IRS Notice 2024-80, IRC 402(g)(1)'),
  ('401K', 2025, 'CATCH_UP', 50, 59, 750000, 'IRS Notice 2024-80, IRC 414(v)(2)(B)(i)'),
  ('401K', 2025, 'CATCH_UP', 60, 63, 1125000, 'IRS Notice 2024-80, IRC 414(v)(2)(E)(i)'),
  ('401K', 2025, 'CATCH_UP', 64, 200, 750000, 'IRS Notice 2024-80, IRC 414(v)(2)(B)(i)'),
  ('401K', 2025, 'TOTAL_ADDITIONS', 0, 200, 7000000, 'IRS Notice 2024-80, IRC 415(c)(1)(A)'),
  ('401K', 2026, 'EMPLOYEE_DEFERRAL', 0, 200, 2450000, 'IRS Notice 2025-67, IRC 402(g)(1)'),
  ('401K', 2026, 'CATCH_UP', 50, 59, 800000, 'IRS Notice 2025-67, IRC 414(v)(2)(B)(i)'),
  ('401K', 2026, 'CATCH_UP', 60, 63, 1125000, 'IRS Notice 2025-67, IRC 414(v)(2)(E)(i)'),
  ('401K', 2026, 'CATCH_UP', 64, 200, 800000, 'IRS Notice 2025-67, IRC 414(v)(2)(B)(i)'),
  ('401K', 2026, 'TOTAL_ADDITIONS', 0, 200, 7200000, 'IRS Notice 2025-67, IRC 415(c)(1)(A)');
