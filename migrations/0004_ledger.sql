-- Money that is owed or moves, and the double-entry journal under it. Amounts are minor units of the currency.

-- Tenants are never deleted and holders are never erased (0003_register.sql), so refuse_unknown_holder asks for them once for a
-- statement. A dividend writes as many transactions as it has holders, and foreign keys took two thirds of that time.
create table transactions (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  type text not null check (type in ('DIVIDEND', 'DISBURSE', 'CONTRIBUTION')),
  status text not null default 'PENDING' check (status in ('PENDING', 'SENT', 'SETTLED', 'FAILED')),
  amount bigint not null check (amount <> 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  shareholder_id uuid,
  plan_id uuid,
  dividend_id uuid,
  -- The transaction whose effect this one takes back.
  compensates uuid,
  -- The account that owes the money. Null says the usual one: that of dividends, or of plans where there is a plan.
  source_account text check (source_account in ('DIVIDENDS_PAYABLE', 'RETURNS', 'PLAN_OBLIGATIONS')),
  -- Of the bank (R01 to R85), or why we failed it ourselves.
  return_code text,
  memo text,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, compensates) references transactions,
  constraint transactions_only_compensation_is_negative check (amount > 0 or compensates is not null),
  constraint transactions_dividend_has_holder check (dividend_id is null or shareholder_id is not null)
);
-- A transaction is taken back at most once.
create unique index transactions_compensates on transactions (tenant_id, compensates) where compensates is not null;
-- A holder is paid once for a dividend. That the payment is the line's is proved for all of them together (guard_dividend).
create unique index transactions_dividend_holder on transactions (tenant_id, dividend_id, shareholder_id)
  where dividend_id is not null and compensates is null;
-- Lists and sweepers.
create index transactions_by_shareholder on transactions (tenant_id, shareholder_id, id) where shareholder_id is not null;
create index transactions_by_plan on transactions (tenant_id, plan_id, id) where plan_id is not null;
create index transactions_open on transactions (tenant_id, dividend_id, id) where status in ('PENDING', 'SENT');
-- Retention erases memos.
create index transactions_with_memo on transactions (tenant_id, id) where memo is not null;
call scope_by_tenant('transactions', 'select, insert, update');
create view ledger_transactions with (security_invoker = true) as
  select tenant_id, id, type, status, amount, currency, shareholder_id, plan_id, dividend_id, compensates, source_account, return_code, memo,
    version, created_at, updated_at from transactions;
grant select on ledger_transactions to vestry_app, vestry_system, vestry_report;
-- Rooms that come later hang their own triggers on this table, in their own migrations.
create trigger refuse_unknown_holder after insert on transactions
  referencing new table as inserted for each statement execute function refuse_unknown_holder();
create trigger refuse_illegal_transition before update on transactions
  for each row execute function refuse_illegal_transition();
create trigger post_payment after update on transactions for each row
  when (new.status <> old.status) execute function post_payment();
create trigger post_return after insert on transactions for each row
  when (new.compensates is not null and new.type <> 'CONTRIBUTION') execute function post_return();

-- Every change of a status, written by refuse_illegal_transition, so that no writer can leave it out.
create table transaction_transitions (
  tenant_id uuid not null,
  transaction_id uuid not null,
  -- Of the transaction after the change.
  version integer not null,
  from_status text not null check (from_status in ('PENDING', 'SENT', 'SETTLED', 'FAILED')),
  to_status text not null check (to_status in ('PENDING', 'SENT', 'SETTLED', 'FAILED')),
  return_code text,
  occurred_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, transaction_id, version),
  foreign key (tenant_id, transaction_id) references transactions
);
call scope_by_tenant('transaction_transitions', 'select');
call append_only('transaction_transitions');

-- One row moves an amount from the account that it credits to the account that it debits: balanced by construction, so that
-- no check of sums can be forgotten. Balances are debits - credits.
create table journal (
  tenant_id uuid not null default current_tenant() references tenants,
  id bigint generated always as identity (cache 64),
  debit_account text not null,
  credit_account text not null,
  amount bigint not null check (amount > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- Why: `dividend-declared`, `contribution`, `sent`, `settled`, `failed`, `returned`, …; once for a transaction.
  reason text not null,
  transaction_id uuid,
  dividend_id uuid,
  effective_date date not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  -- A check of this key reads the newest page of the transactions' index, on which every concurrent writer inserts. Read at the
  -- end of a serializable transaction it can't make one that is under way fail; in its midst it makes most of them fail.
  foreign key (tenant_id, transaction_id) references transactions deferrable initially deferred,
  constraint journal_accounts check (
    debit_account <> credit_account
    and debit_account in ('CASH', 'DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', 'PLAN_ASSETS', 'PLAN_OBLIGATIONS', 'IN_TRANSIT', 'RETURNS')
    and credit_account in ('CASH', 'DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', 'PLAN_ASSETS', 'PLAN_OBLIGATIONS', 'IN_TRANSIT', 'RETURNS')
  )
);
create unique index journal_once on journal (tenant_id, transaction_id, reason) where transaction_id is not null;
create unique index journal_once_a_dividend on journal (tenant_id, dividend_id, reason) where transaction_id is null and dividend_id is not null;
call scope_by_tenant('journal', 'select, insert');
call append_only('journal');
