-- The terms of a sponsor's plan, above the accounts of its employees. What may change of them is in versions, each from a day on; nothing of a version ever changes.
create table plan_documents (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  -- Files name it.
  name text collate "C" not null,
  plan_type text not null check (plan_type in ('RSU', '401K', 'ESPP', 'ESOP')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- The number of its newest version.
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint plan_documents_name unique (tenant_id, name)
);
call scope_by_tenant('plan_documents', 'select, insert, update');
call record_changes('plan_documents', 'plan-documents', 'id', array['plan_type', 'currency']);

create table plan_document_versions (
  tenant_id uuid not null default current_tenant(),
  document_id uuid not null,
  number integer not null check (number > 0),
  effective_from date not null,
  -- Whose money its plans take.
  sources text[] not null,
  -- That of an enrolment that names none. Null: everything vests at once.
  vesting_schedule json,
  min_age integer not null check (min_age between 0 and 21),
  service_months integer not null check (service_months between 0 and 24),
  entry_dates text not null check (entry_dates in ('IMMEDIATE', 'MONTHLY', 'QUARTERLY', 'SEMI_ANNUAL', 'ANNUAL')),
  created_at timestamptz not null default now(),
  primary key (tenant_id, document_id, number),
  foreign key (tenant_id, document_id) references plan_documents
);
call scope_by_tenant('plan_document_versions', 'select, insert');
call append_only('plan_document_versions');
call record_changes('plan_document_versions', 'plan-document-versions', 'document_id', array[
  'document_id', 'number', 'effective_from', 'sources', 'vesting_schedule', 'min_age', 'service_months', 'entry_dates']);

drop trigger record_change on plans;
drop trigger leave_entry_of_status on plans;
alter table plans
  -- The document under which the employee was enrolled, and the version whose schedule the plan has. Null: by terms of its own.
  add column plan_document_id uuid,
  add column plan_document_version integer,
  add constraint plans_document foreign key (tenant_id, plan_document_id, plan_document_version) references plan_document_versions,
  add constraint plans_document_whole check ((plan_document_id is null) = (plan_document_version is null));
create index plans_of_document on plans (tenant_id, plan_document_id) where plan_document_id is not null;
call record_changes('plans', 'plans', 'id', array[
  'employee_id', 'plan_type', 'shareholder_id', 'status', 'currency', 'enrolled_on', 'terminated_on', 'breaks', 'employee_contributed',
  'employer_contributed', 'forfeited', 'distributed', 'distributing', 'balance', 'vesting_schedule', 'granted_quantity', 'vesting_start', 'accelerations',
  'vested_as_of', 'vested_quantity', 'awaiting_quantity', 'forfeited_quantity', 'vested_numerator', 'vested_denominator', 'vested_money',
  'plan_document_id', 'plan_document_version'],
  'plan', array['status']);
