-- Disbursements: who is paid into which account, on whose word, and what the bank says. Amounts are minor units.

alter table participants add column kyc_status text not null default 'UNVERIFIED'
  check (kyc_status in ('UNVERIFIED', 'PENDING', 'VERIFIED', 'REJECTED'));

create table bank_accounts (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  -- The payee: a holder of record, or an employee of a plan.
  shareholder_id uuid,
  employee_id text collate "C",
  routing_number text not null check (routing_number ~ '^\d{9}$'),
  -- Sealed by the application for this row alone; the database never sees the number.
  account_number_sealed text not null,
  account_last4 text not null check (account_last4 ~ '^\d{4}$'),
  account_type text not null check (account_type in ('CHECKING', 'SAVINGS')),
  holder_type text not null default 'INDIVIDUAL' check (holder_type in ('INDIVIDUAL', 'COMPANY')),
  holder_name text not null,
  -- BLOCKED: the bank says that nothing can be paid into it. REVOKED: its holder has withdrawn the authorization.
  status text not null default 'ACTIVE' check (status in ('ACTIVE', 'BLOCKED', 'REVOKED')),
  status_reason text,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, shareholder_id) references shareholders,
  foreign key (tenant_id, employee_id) references participants,
  constraint bank_accounts_one_payee check (num_nonnulls(shareholder_id, employee_id) = 1)
);
create index bank_accounts_of_shareholder on bank_accounts (tenant_id, shareholder_id, id) where shareholder_id is not null;
create index bank_accounts_of_participant on bank_accounts (tenant_id, employee_id, id) where employee_id is not null;
call scope_by_tenant('bank_accounts', 'select, insert, update');

-- How a tenant pays. Without a row: the channel of the environment, and the thresholds of the application.
create table payment_settings (
  tenant_id uuid primary key default current_tenant() references tenants,
  channel text check (channel in ('BANK', 'NACHA_FILE')),
  -- By currency, the amount above which a second person must approve.
  approve_above jsonb not null default '{}',
  -- Who the files of payments are from and for.
  ach_originator jsonb,
  version integer not null default 1,
  updated_at timestamptz not null default now(),
  constraint payment_settings_files_name_their_originator check (channel is distinct from 'NACHA_FILE' or ach_originator is not null)
);
call scope_by_tenant('payment_settings', 'select, insert, update');

-- The order to pay a transaction. A transaction is ordered once; what failed or came back is paid again by another one.
create table disbursements (
  tenant_id uuid not null default current_tenant(),
  transaction_id uuid not null,
  bank_account_id uuid not null,
  channel text not null check (channel in ('BANK', 'NACHA_FILE')),
  -- What the payment is taken from.
  source_account text not null check (source_account in ('DIVIDENDS_PAYABLE', 'RETURNS', 'PLAN_OBLIGATIONS')),
  -- The transaction that failed or came back and is paid anew by this one, and how often we did so by ourselves.
  repeats uuid,
  represented integer not null default 0,
  -- The maker: a user, or null when we present a payment again.
  requested_by uuid,
  request_id text not null,
  idempotency_key text,
  approval text not null default 'NOT_NEEDED' check (approval in ('NOT_NEEDED', 'REQUIRED', 'APPROVED', 'DENIED')),
  decided_by uuid,
  decided_at timestamptz,
  -- From here on the bank may have it: nothing but the bank's own word ends the payment.
  claimed_at timestamptz,
  bank_reference text,
  -- What the execution waits for, and how it is told.
  waits_for text check (waits_for in ('APPROVAL', 'SETTLEMENT')),
  task_token text,
  restarts integer not null default 0,
  started_at timestamptz not null default now(),
  primary key (tenant_id, transaction_id),
  foreign key (tenant_id, transaction_id) references transactions,
  foreign key (tenant_id, bank_account_id) references bank_accounts,
  foreign key (tenant_id, repeats) references transactions,
  -- Money moves: a key orders one payment for ever, also after its stored answer has expired.
  constraint disbursements_idempotency_key unique (tenant_id, idempotency_key),
  constraint disbursements_four_eyes check (decided_by is null or decided_by is distinct from requested_by),
  constraint disbursements_decided check ((approval in ('APPROVED', 'DENIED')) = (decided_by is not null)),
  constraint disbursements_claimed_with_approval check (claimed_at is null or approval in ('NOT_NEEDED', 'APPROVED'))
);
create unique index disbursements_repeated_once on disbursements (tenant_id, repeats) where repeats is not null;
call scope_by_tenant('disbursements', 'select, insert, update');

-- What the bank has said, as it came: by callback, by answer to a question, in a file. Each word counts once.
create table bank_events (
  tenant_id uuid not null default current_tenant(),
  transaction_id uuid not null,
  event_id text not null,
  kind text not null check (kind in ('SETTLED', 'RETURNED', 'REJECTED', 'CORRECTED')),
  code text,
  received_at timestamptz not null default clock_timestamp(),
  -- When the transaction had become what the bank says.
  applied_at timestamptz,
  primary key (tenant_id, transaction_id, event_id),
  foreign key (tenant_id, transaction_id) references transactions
);
create index bank_events_not_applied on bank_events (received_at) where applied_at is null;
call scope_by_tenant('bank_events', 'select, insert, update');

-- All payments of a dividend, ordered in the background.
create table dividend_disbursements (
  tenant_id uuid not null default current_tenant(),
  dividend_id uuid not null,
  requested_by uuid not null,
  request_id text not null,
  state text not null default 'RUNNING' check (state in ('RUNNING', 'DONE')),
  -- How far it has come, by id of transaction, in this pass.
  position uuid not null default '00000000-0000-0000-0000-000000000000',
  ordered integer not null default 0,
  -- Payees without verified identity, and without an account that can be paid into, in this pass.
  without_kyc integer not null default 0,
  without_account integer not null default 0,
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, dividend_id),
  foreign key (tenant_id, dividend_id) references dividends
);
call scope_by_tenant('dividend_disbursements', 'select, insert, update');

-- Files of payments. The content is fixed before it is written, so that writing it again gives the same bytes.
create table ach_files (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  -- Eastern.
  day date not null,
  modifier text not null check (modifier ~ '^[A-Z0-9]$'),
  state text not null default 'PREPARED' check (state in ('PREPARED', 'WRITTEN')),
  object_key text not null,
  originator jsonb not null,
  prepared_at timestamptz not null,
  entries integer not null,
  total_amount bigint not null,
  sha256 text,
  primary key (tenant_id, id),
  constraint ach_files_modifier unique (tenant_id, day, modifier)
);
create index ach_files_prepared on ach_files (prepared_at) where state = 'PREPARED';
call scope_by_tenant('ach_files', 'select, insert, update');

create table ach_entries (
  tenant_id uuid not null default current_tenant(),
  transaction_id uuid not null,
  file_id uuid not null,
  trace_sequence integer not null check (trace_sequence between 1 and 9999999),
  trace_number text not null check (trace_number ~ '^\d{15}$'),
  effective_entry_date date not null,
  sec_code text not null check (sec_code in ('PPD', 'CCD')),
  descriptive_date text,
  -- As it stood when the file was prepared, sealed: a correction since must not change the bytes.
  instruction_sealed text not null,
  primary key (tenant_id, transaction_id),
  foreign key (tenant_id, transaction_id) references disbursements,
  foreign key (tenant_id, file_id) references ach_files
);
create index ach_entries_of_file on ach_entries (tenant_id, file_id, trace_sequence);
create index ach_entries_by_trace on ach_entries (tenant_id, trace_number);
call scope_by_tenant('ach_entries', 'select, insert');

-- Lists and sweepers.
create index transactions_by_shareholder on transactions (tenant_id, shareholder_id, id) where shareholder_id is not null;
create index transactions_by_plan on transactions (tenant_id, plan_id, id) where plan_id is not null;
create index transactions_open on transactions (tenant_id, dividend_id, id) where status in ('PENDING', 'SENT');

-- An order belongs to one transaction, and what was decided stays decided.
create function guard_disbursement() returns trigger
  language plpgsql
  as $$
begin
  if (new.tenant_id, new.transaction_id, new.bank_account_id, new.channel, new.source_account, new.repeats, new.requested_by, new.idempotency_key)
    is distinct from (old.tenant_id, old.transaction_id, old.bank_account_id, old.channel, old.source_account, old.repeats, old.requested_by, old.idempotency_key)
    or old.claimed_at is not null and new.claimed_at is distinct from old.claimed_at
  then
    raise exception 'an order to pay does not change' using errcode = 'check_violation', constraint = 'disbursements_immutable';
  end if;
  if new.approval <> old.approval and old.approval <> 'REQUIRED' then
    raise exception 'the approval of % is %', new.transaction_id, old.approval
      using errcode = 'check_violation', constraint = 'disbursements_decided_once';
  end if;
  return new;
end
$$;
create trigger guard_disbursement before update on disbursements for each row execute function guard_disbursement();

-- Nothing that was ordered leaves before it is approved and claimed.
create function guard_sending() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if exists (select from disbursements where tenant_id = new.tenant_id and transaction_id = new.id and claimed_at is null) then
    raise exception 'the payment of % was not released', new.id using errcode = 'check_violation', constraint = 'transactions_released';
  end if;
  return new;
end
$$;
create trigger guard_sending before update on transactions for each row
  when (old.status = 'PENDING' and new.status = 'SENT') execute function guard_sending();

-- The journal follows every change of a payment's status, so that none can be booked without the other: what we owe the
-- payee is in transit until the bank has paid it from our cash, or from the plan's assets.
create function post_payment() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
declare
  owed text;
  paid_from text := case when new.plan_id is null then 'CASH' else 'PLAN_ASSETS' end;
begin
  if new.type = 'CONTRIBUTION' then
    return null;
  end if;
  select source_account into owed from disbursements where tenant_id = new.tenant_id and transaction_id = new.id;
  owed := coalesce(owed, case when new.plan_id is null then 'DIVIDENDS_PAYABLE' else 'PLAN_OBLIGATIONS' end);
  if new.status = 'SENT' then
    insert into journal (debit_account, credit_account, amount, currency, reason, transaction_id, dividend_id, effective_date)
      values (owed, 'IN_TRANSIT', new.amount, new.currency, 'sent', new.id, new.dividend_id, current_date);
  elsif new.status = 'SETTLED' then
    insert into journal (debit_account, credit_account, amount, currency, reason, transaction_id, dividend_id, effective_date)
      values ('IN_TRANSIT', paid_from, new.amount, new.currency, 'settled', new.id, new.dividend_id, current_date);
  elsif new.status = 'FAILED' and old.status = 'SENT' then
    insert into journal (debit_account, credit_account, amount, currency, reason, transaction_id, dividend_id, effective_date)
      values ('IN_TRANSIT', owed, new.amount, new.currency, 'failed', new.id, new.dividend_id, current_date);
  end if;
  return null;
end
$$;
create trigger post_payment after update on transactions for each row
  when (new.status <> old.status) execute function post_payment();

-- What comes back after settlement: the money is ours again, and owed to the payee; a plan has it again.
create function post_return() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if new.plan_id is null then
    insert into journal (debit_account, credit_account, amount, currency, reason, transaction_id, dividend_id, effective_date)
      values ('CASH', 'RETURNS', -new.amount, new.currency, 'returned', new.id, new.dividend_id, current_date);
  else
    insert into journal (debit_account, credit_account, amount, currency, reason, transaction_id, effective_date)
      values ('PLAN_ASSETS', 'PLAN_OBLIGATIONS', -new.amount, new.currency, 'returned', new.id, current_date);
  end if;
  return null;
end
$$;
create trigger post_return after insert on transactions for each row
  when (new.compensates is not null and new.type <> 'CONTRIBUTION') execute function post_return();

-- A distribution is taken from the plan's balance when it is ordered, and given back when it fails or comes back.
create function distribute_from_plan() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  update plans set distributed = distributed + case when tg_op = 'INSERT' then new.amount else -new.amount end,
      version = version + 1, updated_at = now()
    where tenant_id = new.tenant_id and id = new.plan_id;
  return null;
end
$$;
create trigger distribute_from_plan after insert on transactions for each row
  when (new.type = 'DISBURSE' and new.plan_id is not null) execute function distribute_from_plan();
create trigger give_back_to_plan after update on transactions for each row
  when (new.type = 'DISBURSE' and new.plan_id is not null and new.status = 'FAILED' and old.status <> 'FAILED') execute function distribute_from_plan();
