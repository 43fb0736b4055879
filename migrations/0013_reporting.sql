-- Reports are read from these tables: transactions as the events say. A consumer writes it, in any order and as often as they
-- come; nothing that decides about money reads it. Instants are those of the events, to the millisecond.

create table reporting_transactions (
  tenant_id uuid not null default current_tenant(),
  id uuid not null,
  -- The newest that was received. An older one that comes late changes nothing.
  version integer not null,
  type text not null,
  status text not null,
  amount bigint not null,
  currency text not null,
  shareholder_id uuid,
  plan_id uuid,
  dividend_id uuid,
  compensates uuid,
  return_code text,
  -- Only contributions have these two.
  source text,
  effective_date date,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
create index reporting_transactions_by_time on reporting_transactions (tenant_id, created_at, id);
create index reporting_transactions_of_dividend on reporting_transactions (tenant_id, dividend_id, shareholder_id) where dividend_id is not null;
create index reporting_transactions_of_shareholder on reporting_transactions (tenant_id, shareholder_id, created_at, id) where shareholder_id is not null;
create index reporting_transactions_of_plan on reporting_transactions (tenant_id, plan_id, effective_date) where plan_id is not null;
create index reporting_contributions on reporting_transactions (tenant_id, effective_date, id) where type = 'CONTRIBUTION';
call scope_by_tenant('reporting_transactions', 'select, insert, update');

-- What the table above must hold, read from the ledger itself: a rebuild takes it from here, and a check finds missing events.
create view reportable_transactions with (security_invoker = true) as
  select t.tenant_id, t.id, t.version, t.type, t.status, t.amount, t.currency, t.shareholder_id, t.plan_id, t.dividend_id, t.compensates,
    t.return_code, c.source, c.effective_date,
    date_trunc('milliseconds', t.created_at) as created_at, date_trunc('milliseconds', t.updated_at) as updated_at
  from ledger_transactions t
    left join plan_contributions c on c.tenant_id = t.tenant_id and c.plan_id = t.plan_id and c.id = t.id and t.type = 'CONTRIBUTION';
grant select on reportable_transactions to vestry_app, vestry_system, vestry_report;

-- Reports that are too long for an answer, written to a file.
create table report_exports (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  report text not null,
  parameters jsonb not null,
  format text not null check (format in ('csv', 'ndjson')),
  state text not null default 'QUEUED' check (state in ('QUEUED', 'RUNNING', 'DONE', 'FAILED')),
  rows integer not null default 0,
  object_key text,
  failure text,
  requested_by uuid not null,
  request_id text not null,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  primary key (tenant_id, id),
  constraint report_exports_done_has_a_file check (state <> 'DONE' or object_key is not null)
);
call scope_by_tenant('report_exports', 'select, insert, update');
