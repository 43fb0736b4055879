-- Payments: who is paid into which account, on whose word, and what the bank says. Amounts are minor units.

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
  -- The instant at which retention erased the personal data, which happens once.
  purged_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, shareholder_id) references shareholders,
  foreign key (tenant_id, employee_id) references participants,
  constraint bank_accounts_one_payee check (num_nonnulls(shareholder_id, employee_id) = 1)
);
create index bank_accounts_of_shareholder on bank_accounts (tenant_id, shareholder_id, id) where shareholder_id is not null;
create index bank_accounts_of_participant on bank_accounts (tenant_id, employee_id, id) where employee_id is not null;
-- The daily purge looks for few accounts among many.
create index bank_accounts_to_purge on bank_accounts (tenant_id, updated_at) where purged_at is null;
call scope_by_tenant('bank_accounts', 'select, insert, update');

-- How a tenant pays. Without a row: the channel of the environment, and the thresholds of the application.
create table payment_settings (
  tenant_id uuid primary key default current_tenant() references tenants,
  channel text check (channel in ('BANK', 'NACHA_FILE')),
  -- The amount of each currency above which a second person must approve.
  approve_above jsonb not null default '{}',
  -- Who the files of payments are from and for.
  ach_originator jsonb,
  version integer not null default 1,
  updated_at timestamptz not null default now(),
  constraint payment_settings_files_name_their_originator check (channel is distinct from 'NACHA_FILE' or ach_originator is not null)
);
call scope_by_tenant('payment_settings', 'select, insert, update');

-- The order to pay a transaction. A transaction is ordered once; what failed or came back is paid again by another one.
create table payment_orders (
  tenant_id uuid not null default current_tenant(),
  transaction_id uuid not null,
  bank_account_id uuid not null,
  channel text not null check (channel in ('BANK', 'NACHA_FILE')),
  -- The transaction that failed or came back and is paid anew by this one, and how often we did so by ourselves.
  replaces uuid,
  automatic_repayments integer not null default 0,
  -- The maker: a user, or null when we present a payment again.
  requested_by uuid,
  request_id text not null,
  idempotency_key text,
  approval text not null default 'NOT_NEEDED' check (approval in ('NOT_NEEDED', 'REQUIRED', 'APPROVED', 'DENIED')),
  decided_by uuid,
  decided_at timestamptz,
  -- The bank may have the payment from this instant on, and only a bank event ends it.
  released_at timestamptz,
  bank_reference text,
  -- What the execution waits for, and the token that reports it.
  waits_for text check (waits_for in ('APPROVAL', 'SETTLEMENT')),
  task_token text,
  restarts integer not null default 0,
  started_at timestamptz not null default now(),
  primary key (tenant_id, transaction_id),
  foreign key (tenant_id, transaction_id) references transactions,
  foreign key (tenant_id, bank_account_id) references bank_accounts,
  foreign key (tenant_id, replaces) references transactions,
  -- Money moves: a key orders one payment for ever, also after its stored answer has expired.
  constraint payment_orders_idempotency_key unique (tenant_id, idempotency_key),
  constraint payment_orders_four_eyes check (decided_by is null or decided_by is distinct from requested_by),
  constraint payment_orders_decided check ((approval in ('APPROVED', 'DENIED')) = (decided_by is not null)),
  constraint payment_orders_released_with_approval check (released_at is null or approval in ('NOT_NEEDED', 'APPROVED'))
);
create unique index payment_orders_replaced_once on payment_orders (tenant_id, replaces) where replaces is not null;
call scope_by_tenant('payment_orders', 'select, insert, update');
create trigger guard_sending before update on transactions for each row
  when (old.status = 'PENDING' and new.status = 'SENT') execute function guard_sending();
create trigger guard_payment_order before update on payment_orders for each row execute function guard_payment_order();

-- What the bank has said, as it came: by callback, by answer to a question, in a file. Each word counts once.
create table bank_events (
  tenant_id uuid not null default current_tenant(),
  transaction_id uuid not null,
  event_id text not null,
  kind text not null check (kind in ('SETTLED', 'RETURNED', 'REJECTED', 'CORRECTED')),
  code text,
  received_at timestamptz not null default clock_timestamp(),
  -- The instant at which the event was applied to the transaction.
  applied_at timestamptz,
  primary key (tenant_id, transaction_id, event_id),
  foreign key (tenant_id, transaction_id) references transactions
);
create index bank_events_not_applied on bank_events (received_at) where applied_at is null;
call scope_by_tenant('bank_events', 'select, insert, update');

-- All payments of a dividend, ordered in the background.
create table payment_runs (
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
call scope_by_tenant('payment_runs', 'select, insert, update');

-- Files of payments. The content is fixed before it is written, so that writing it again gives the same bytes.
create table outbound_files (
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
  constraint outbound_files_modifier unique (tenant_id, day, modifier)
);
create index outbound_files_prepared on outbound_files (prepared_at) where state = 'PREPARED';
call scope_by_tenant('outbound_files', 'select, insert, update');

create table outbound_entries (
  tenant_id uuid not null default current_tenant(),
  transaction_id uuid not null,
  file_id uuid not null,
  trace_sequence integer not null check (trace_sequence between 1 and 9999999),
  trace_number text not null check (trace_number ~ '^\d{15}$'),
  effective_entry_date date not null,
  sec_code text not null check (sec_code in ('PPD', 'CCD')),
  descriptive_date text,
  -- The sealed instruction as it stood when the file was prepared: a later correction must not change the bytes.
  instruction_sealed text not null,
  primary key (tenant_id, transaction_id),
  foreign key (tenant_id, transaction_id) references payment_orders,
  foreign key (tenant_id, file_id) references outbound_files
);
create index outbound_entries_of_file on outbound_entries (tenant_id, file_id, trace_sequence);
create index outbound_entries_by_trace on outbound_entries (tenant_id, trace_number);
call scope_by_tenant('outbound_entries', 'select, insert');
-- Retention asks when an instruction was sent, and whose it is.
create view sent_instructions with (security_invoker = true) as
  select e.tenant_id, e.transaction_id, f.prepared_at as sent_at, b.shareholder_id, b.employee_id
  from outbound_entries e
    join outbound_files f on f.tenant_id = e.tenant_id and f.id = e.file_id and f.state = 'WRITTEN'
    left join payment_orders o on o.tenant_id = e.tenant_id and o.transaction_id = e.transaction_id
    left join bank_accounts b on b.tenant_id = o.tenant_id and b.id = o.bank_account_id;
grant select on sent_instructions to vestry_app, vestry_system;
