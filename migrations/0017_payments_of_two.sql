-- Payments need two persons above a threshold, however they are split; so do dividends, payment runs and bank accounts.

-- What has been ordered on a day without a second person: by a user, and to a payee.
create table payment_tallies (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  day date not null,
  currency text not null,
  party text not null check (party in ('USER', 'PAYEE')),
  party_id text not null,
  unreviewed bigint not null check (unreviewed >= 0),
  primary key (tenant_id, id),
  constraint payment_tallies_key unique (tenant_id, day, currency, party, party_id)
);
call scope_by_tenant('payment_tallies', 'select, insert, update');

alter table payment_orders drop constraint payment_orders_approval_check,
  add constraint payment_orders_approval_check
    check (approval in ('NOT_NEEDED', 'REQUIRED', 'APPROVED', 'DENIED', 'WITHDRAWN'));
create trigger guard_order_approval before insert or update of approval on payment_orders for each row
  when (new.approval = 'APPROVED') execute function guard_order_approval();

-- The second person of a run, once for all of its payments.
alter table payment_runs add column approved_by uuid;

-- What was there before needs nobody.
alter table dividends
  add column approval text not null default 'NOT_NEEDED' check (approval in ('NOT_NEEDED', 'REQUIRED', 'APPROVED', 'DENIED'));
alter table bank_accounts
  add column approval text not null default 'NOT_NEEDED' check (approval in ('NOT_NEEDED', 'REQUIRED', 'APPROVED', 'DENIED')),
  -- Payments go into it from then on.
  add column usable_from timestamptz not null default now();
