-- Dividends: declared, frozen at the record date into one line a holder, then one transaction a line that isn't zero.
-- Amounts are minor units of the currency.

create table dividends (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  state text not null default 'DECLARED' check (state in ('DECLARED', 'SNAPSHOT', 'PENDING', 'PAYING', 'PAID', 'CANCELLED')),
  security_class text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- Decimal places of the currency's minor unit: ISO 4217 is known to the application alone.
  exponent smallint not null check (exponent between 0 and 4),
  rate_per_share numeric(28, 8) check (rate_per_share > 0),
  total_pool bigint check (total_pool > 0),
  declaration_date date not null,
  record_date date not null,
  payable_date date not null,
  -- What the snapshot found; null until then.
  holders integer,
  total_amount bigint,
  -- total_amount - what is owed exactly, in units of the currency: the sum of all roundings.
  residual numeric,
  snapshot_sha256 text check (snapshot_sha256 ~ '^[0-9a-f]{64}$'),
  -- Entries of the ledger that were recorded later don't count, so that the snapshot can be made again.
  positions_known_at timestamptz,
  cancel_reason text check (cancel_reason in ('REQUESTED', 'NO_HOLDERS', 'TOO_LARGE')),
  idempotency_key text not null,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  -- Money moves: a key declares one dividend for ever, also after its stored answer has expired.
  constraint dividends_idempotency_key unique (tenant_id, idempotency_key),
  constraint dividends_rate_or_pool check ((rate_per_share is null) <> (total_pool is null)),
  constraint dividends_dates check (declaration_date <= record_date and record_date <= payable_date and payable_date - record_date <= 60),
  constraint dividends_snapshot_whole check (num_nulls(holders, total_amount, residual, snapshot_sha256, positions_known_at) in (0, 5)),
  constraint dividends_snapshot_taken check (state in ('DECLARED', 'CANCELLED') or holders is not null),
  constraint dividends_pool_is_spent check (total_pool is null or holders is null or holders = 0 or total_amount = total_pool),
  constraint dividends_cancelled_for_a_reason check ((state = 'CANCELLED') = (cancel_reason is not null))
);
create index dividends_unfinished on dividends (state, record_date) where state not in ('PAID');
call scope_by_tenant('dividends', 'select, insert, update');
create trigger guard_dividend before update on dividends for each row execute function guard_dividend();
create trigger post_dividend after update on dividends for each row
  when (new.state <> old.state) execute function post_dividend();
create view declared_dividends with (security_invoker = true) as
  select tenant_id, id, state, currency, payable_date from dividends;
grant select on declared_dividends to vestry_app, vestry_system, vestry_report;
-- The ledger stands before the rooms that use it, so each of them adds its own keys and triggers.
alter table journal add foreign key (tenant_id, dividend_id) references dividends;
create trigger guard_dividend_payment before update on transactions for each row
  when (old.status = 'PENDING' and new.status = 'SENT' and new.dividend_id is not null)
  execute function guard_dividend_payment();

-- The frozen entitlement. Written only by take_dividend_snapshot, from the ledger, whose holders exist and are never
-- deleted: foreign keys would say the same again for every line, at five times the cost of the line.
create table dividend_lines (
  tenant_id uuid not null default current_tenant(),
  dividend_id uuid not null,
  shareholder_id uuid not null,
  holdings numeric(28, 8) not null check (holdings > 0),
  amount bigint not null check (amount >= 0),
  -- Given before the transaction exists, in the order of holders: a second attempt finds the first by its primary key,
  -- and rows enter the index at its end. None for an amount that rounds to zero.
  transaction_id uuid,
  primary key (tenant_id, dividend_id, shareholder_id),
  constraint dividend_lines_zero_is_not_paid check ((amount = 0) = (transaction_id is null))
);
call scope_by_tenant('dividend_lines', 'select');
call append_only('dividend_lines');
create view entitlements with (security_invoker = true) as
  select tenant_id, dividend_id, shareholder_id, holdings, amount, transaction_id from dividend_lines;
grant select on entitlements to vestry_app, vestry_system, vestry_report;

-- What is left to do: ranges of holders, each one message. A holder who fails alone becomes a range of its own.
create table dividend_chunks (
  tenant_id uuid not null default current_tenant(),
  dividend_id uuid not null,
  first_shareholder_id uuid not null,
  last_shareholder_id uuid not null check (last_shareholder_id >= first_shareholder_id),
  holders integer not null check (holders > 0),
  -- QUEUED → DONE, or FAILED when its message was dead-lettered; VOIDING → VOID when the dividend is cancelled.
  state text not null default 'QUEUED' check (state in ('QUEUED', 'DONE', 'FAILED', 'VOIDING', 'VOID')),
  -- Null until its message is known to be on the queue.
  enqueued_at timestamptz,
  primary key (tenant_id, dividend_id, first_shareholder_id, last_shareholder_id),
  foreign key (tenant_id, dividend_id) references dividends
);
create index dividend_chunks_open on dividend_chunks (tenant_id, dividend_id) where state in ('QUEUED', 'FAILED', 'VOIDING');
call scope_by_tenant('dividend_chunks', 'select, insert, update');
