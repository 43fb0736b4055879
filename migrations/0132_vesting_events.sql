-- Grants that vest by time and by an event (double trigger). A sponsor's schedules name events; each is put on record once, with its day, for all grants.
create table vesting_events (
  tenant_id uuid not null default current_tenant() references tenants,
  event text collate "C" not null check (event ~ '^[A-Z][A-Z0-9_]{0,39}$'),
  -- Null until a second person has approved that it happened. The row is there from the first grant on that waits for it: whoever records the event waits
  -- for those who are making such a grant.
  occurred_on date,
  created_at timestamptz not null default now(),
  primary key (tenant_id, event)
);
call scope_by_tenant('vesting_events', 'select, insert (event), update (occurred_on)');
revoke insert, update, delete on vesting_events from vestry_system;
call record_changes('vesting_events', 'vesting-events', 'event', array['event', 'occurred_on']);

drop trigger record_change on plans;
drop trigger leave_entry_of_status on plans;
alter table plans
  -- The day of the event that the schedule's condition names.
  add column event_on date,
  -- Shares that time had vested by the end of vested_as_of, and that waited for the event.
  add column awaiting_quantity numeric(28, 8) not null default 0 check (awaiting_quantity >= 0),
  drop constraint plans_vested_at_most_granted,
  add constraint plans_vested_at_most_granted check (vested_quantity + awaiting_quantity + forfeited_quantity <= coalesce(grant_quantity, 0)),
  add constraint plans_awaiting check (awaiting_quantity = 0 or vested_quantity = 0);
call record_changes('plans', 'plans', 'id', array[
  'employee_id', 'plan_type', 'shareholder_id', 'status', 'currency', 'enrolled_on', 'terminated_on', 'breaks', 'employee_contributed',
  'employer_contributed', 'forfeited', 'distributed', 'distributing', 'balance', 'vesting_schedule', 'allocation_type', 'grant_quantity', 'grant_date',
  'vesting_start', 'accelerations', 'event_on', 'vested_as_of', 'vested_quantity', 'awaiting_quantity', 'forfeited_quantity', 'vested_numerator',
  'vested_denominator', 'vested_money'], 'plan', array['status']);
create or replace view plan_terms with (security_invoker = true) as
  select tenant_id, id, employee_id, plan_type, status, currency, balance, enrolled_on, terminated_on, vesting_schedule, allocation_type,
    grant_quantity, grant_date, vesting_start, accelerations, breaks, event_on from plans;
