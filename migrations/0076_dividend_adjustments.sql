-- A mistake in a frozen entitlement is corrected by a dated line beside it, which two persons make. Nothing of the snapshot changes.
create table dividend_adjustments (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  dividend_id uuid not null,
  shareholder_id uuid not null,
  -- Minor units: less than zero where the holder was entitled to less.
  amount bigint not null check (amount <> 0),
  reason text not null check (length(reason) between 1 and 500),
  effective_date date not null default today(),
  -- The payment of what it adds, or of what a reduction has left of a payment; none where nothing is left.
  transaction_id uuid,
  idempotency_key text not null,
  requested_by uuid not null,
  approved_by uuid not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, dividend_id) references dividends,
  foreign key (tenant_id, shareholder_id) references shareholders,
  -- Money moves: a key adjusts once for ever.
  constraint dividend_adjustments_idempotency_key unique (tenant_id, idempotency_key),
  constraint dividend_adjustments_four_eyes check (requested_by <> approved_by),
  constraint dividend_adjustments_addition_is_paid check (amount < 0 or transaction_id is not null)
);
create index dividend_adjustments_by_holder on dividend_adjustments (tenant_id, dividend_id, shareholder_id, id);
call scope_by_tenant('dividend_adjustments', 'select, insert');
call append_only('dividend_adjustments');
create trigger guard_dividend_adjustment before insert on dividend_adjustments for each row execute function guard_dividend_adjustment();
call record_changes('dividend_adjustments', 'dividends', 'dividend_id', array['shareholder_id', 'amount', 'effective_date', 'transaction_id']);
-- An adjustment and its transactions are committed together, or neither.
create constraint trigger prove_adjustment after insert on dividend_adjustments deferrable initially deferred
  for each row execute function prove_adjustment();

create view entitlement_adjustments with (security_invoker = true) as
  select tenant_id, id, dividend_id, shareholder_id, amount, reason, effective_date, transaction_id from dividend_adjustments;
grant select on entitlement_adjustments to vestry_app, vestry_system, vestry_report;
