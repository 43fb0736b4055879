-- Money that is owed or moves, and the double-entry journal under it. Amounts are minor units of the currency.

create table transactions (
  tenant_id uuid not null default current_tenant() references tenants,
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
  -- Of the bank (R01 to R85), or why we failed it ourselves.
  return_code text,
  memo text,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, shareholder_id) references shareholders,
  foreign key (tenant_id, compensates) references transactions,
  constraint transactions_only_compensation_is_negative check (amount > 0 or compensates is not null)
);
-- A transaction is taken back at most once.
create unique index transactions_compensates on transactions (tenant_id, compensates) where compensates is not null;
call scope_by_tenant('transactions', 'select, insert, update');

-- Every change of a status, written by the trigger below, so that no writer can leave it out.
create table transaction_transitions (
  tenant_id uuid not null,
  transaction_id uuid not null,
  -- Of the transaction after the change.
  version integer not null,
  from_status text not null,
  to_status text not null,
  return_code text,
  occurred_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, transaction_id, version),
  foreign key (tenant_id, transaction_id) references transactions
);
call scope_by_tenant('transaction_transitions', 'select');
call append_only('transaction_transitions');

create function refuse_illegal_transition() returns trigger
  language plpgsql security definer set search_path = vestry, pg_temp
  as $$
begin
  if (new.tenant_id, new.id, new.type, new.amount, new.currency, new.shareholder_id, new.plan_id, new.dividend_id, new.compensates, new.created_at)
    is distinct from (old.tenant_id, old.id, old.type, old.amount, old.currency, old.shareholder_id, old.plan_id, old.dividend_id, old.compensates, old.created_at)
  then
    raise exception 'a transaction changes only its status' using errcode = 'check_violation', constraint = 'transactions_immutable';
  end if;
  if new.version <> old.version + 1 then
    raise exception 'a transaction changes one version at a time' using errcode = 'check_violation', constraint = 'transactions_versions';
  end if;
  if new.status <> old.status then
    if (old.status, new.status) not in (('PENDING', 'SENT'), ('PENDING', 'FAILED'), ('SENT', 'SETTLED'), ('SENT', 'FAILED')) then
      raise exception 'a transaction does not go from % to %', old.status, new.status
        using errcode = 'check_violation', constraint = 'transactions_legal_transition';
    end if;
    insert into transaction_transitions (tenant_id, transaction_id, version, from_status, to_status, return_code)
      values (new.tenant_id, new.id, new.version, old.status, new.status, new.return_code);
  end if;
  return new;
end
$$;
create trigger refuse_illegal_transition before update on transactions
  for each row execute function refuse_illegal_transition();

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
  foreign key (tenant_id, transaction_id) references transactions,
  constraint journal_accounts check (
    debit_account <> credit_account
    and debit_account in ('CASH', 'DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', 'PLAN_ASSETS', 'PLAN_OBLIGATIONS', 'IN_TRANSIT', 'RETURNS')
    and credit_account in ('CASH', 'DIVIDENDS_DECLARED', 'DIVIDENDS_PAYABLE', 'PLAN_ASSETS', 'PLAN_OBLIGATIONS', 'IN_TRANSIT', 'RETURNS')
  )
);
create unique index journal_once on journal (tenant_id, transaction_id, reason) where transaction_id is not null;
call scope_by_tenant('journal', 'select, insert');
call append_only('journal');
