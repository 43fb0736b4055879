-- A plan holds any number of grants, each with its own schedule; a grant lives here. A plan without any is one of money.
create table grants (
  tenant_id uuid not null default current_tenant() references tenants,
  plan_id uuid not null,
  id uuid not null default uuid_v7(),
  quantity numeric(28, 8) not null check (quantity > 0),
  grant_date date not null,
  vesting_start date not null,
  -- Null: everything vests at once.
  vesting_schedule json,
  allocation_type text check (allocation_type in (
    'CUMULATIVE_ROUNDING', 'CUMULATIVE_ROUND_DOWN', 'FRONT_LOADED', 'BACK_LOADED', 'FRONT_LOADED_TO_SINGLE_TRANCHE', 'BACK_LOADED_TO_SINGLE_TRANCHE', 'FRACTIONAL')),
  accelerations json not null default '[]',
  -- The day of the event that the schedule's condition names.
  event_on date,
  -- What is unvested after this day is forfeited, though the plan goes on.
  cancelled_on date,
  -- By the end of the plan's vested_as_of; the plan has the sums.
  vested_quantity numeric(28, 8) not null default 0 check (vested_quantity >= 0),
  awaiting_quantity numeric(28, 8) not null default 0 check (awaiting_quantity >= 0),
  forfeited_quantity numeric(28, 8) not null default 0 check (forfeited_quantity >= 0),
  -- Shares move: a key makes one grant for ever.
  idempotency_key text,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, plan_id, id),
  foreign key (tenant_id, plan_id) references plans,
  constraint grants_vested_at_most_granted check (vested_quantity + awaiting_quantity + forfeited_quantity <= quantity),
  constraint grants_awaiting check (awaiting_quantity = 0 or vested_quantity = 0)
)
-- The vesting job rewrites a grant every month.
with (fillfactor = 70);
create unique index grants_idempotency_key on grants (tenant_id, plan_id, idempotency_key) where idempotency_key is not null;

alter table plans no force row level security;
insert into grants (tenant_id, plan_id, quantity, grant_date, vesting_start, vesting_schedule, allocation_type, accelerations, event_on, vested_quantity,
  awaiting_quantity, forfeited_quantity, created_at)
select tenant_id, id, grant_quantity, grant_date, vesting_start, vesting_schedule, allocation_type, accelerations, event_on, vested_quantity,
  awaiting_quantity, forfeited_quantity, created_at
from plans where grant_quantity is not null;

call scope_by_tenant('grants', 'select, insert, update');
call record_changes('grants', 'grants', 'id', array[
  'plan_id', 'quantity', 'grant_date', 'vesting_start', 'vesting_schedule', 'allocation_type', 'accelerations', 'event_on', 'cancelled_on',
  'vested_quantity', 'awaiting_quantity', 'forfeited_quantity']);

drop trigger record_change on plans;
drop trigger leave_entry_of_status on plans;
-- grant_quantity, grant_date, allocation_type and event_on stay as they were for the release before this one; nothing writes or reads them any more. Of a
-- plan with grants neither are vesting_schedule and accelerations, which are those of its money.
alter table plans
  -- Of all grants, cancelled ones too; 0 is a plan of money.
  add column granted_quantity numeric(28, 8) not null default 0;
update plans set granted_quantity = grant_quantity where grant_quantity is not null;
alter table plans
  drop constraint plans_vested_at_most_granted,
  drop constraint plans_awaiting,
  add constraint plans_vested_at_most_granted check (vested_quantity + awaiting_quantity + forfeited_quantity <= granted_quantity);
alter table plans force row level security;
call record_changes('plans', 'plans', 'id', array[
  'employee_id', 'plan_type', 'shareholder_id', 'status', 'currency', 'enrolled_on', 'terminated_on', 'breaks', 'employee_contributed',
  'employer_contributed', 'forfeited', 'distributed', 'distributing', 'balance', 'vesting_schedule', 'granted_quantity', 'vesting_start', 'accelerations',
  'vested_as_of', 'vested_quantity', 'awaiting_quantity', 'forfeited_quantity', 'vested_numerator', 'vested_denominator', 'vested_money'],
  'plan', array['status']);
create or replace view plan_terms with (security_invoker = true) as
  select tenant_id, id, employee_id, plan_type, status, currency, balance, enrolled_on, terminated_on, vesting_schedule, allocation_type,
    grant_quantity, grant_date, vesting_start, accelerations, breaks, event_on, granted_quantity from plans;

-- A grant that is dated before its employee was hired is a mistake.
alter table participants add column hired_on date;
