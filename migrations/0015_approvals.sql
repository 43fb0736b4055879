-- Approvals: changes that wait for a second person, and who has determined whose way in.

create table change_requests (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  kind text not null check (kind ~ '^[a-z-]{1,40}$'),
  subject_type text not null check (length(subject_type) between 1 and 40),
  subject_id text not null check (length(subject_id) between 1 and 200),
  -- What people see of the subject, now and after the change. No secrets.
  before jsonb,
  after jsonb not null,
  -- What carries the change out. Secrets are hashed or sealed in it; it is emptied when the request ends.
  proposal jsonb not null,
  state text not null default 'PENDING' check (state in ('PENDING', 'APPROVED', 'DENIED', 'EXPIRED', 'WITHDRAWN')),
  reason text check (length(reason) <= 500),
  requested_by uuid not null,
  requested_at timestamptz not null default now(),
  request_id text not null,
  decided_by uuid,
  -- An operator decides where the tenant has nobody else yet.
  decided_by_operator boolean not null default false,
  decided_at timestamptz,
  -- Null: it waits until it is decided.
  expires_at timestamptz,
  primary key (tenant_id, id),
  constraint change_requests_four_eyes check ((state = 'WITHDRAWN') = (decided_by is not distinct from requested_by)),
  constraint change_requests_decided check ((state in ('APPROVED', 'DENIED', 'WITHDRAWN')) = (decided_by is not null))
);
create unique index change_requests_one_pending on change_requests (tenant_id, kind, subject_type, subject_id) where state = 'PENDING';
create index change_requests_by_state on change_requests (tenant_id, state, id);
create index change_requests_of_subject on change_requests (tenant_id, subject_type, subject_id, id);
call scope_by_tenant('change_requests', 'select, insert, update');
create trigger guard_change_request before insert or update on change_requests for each row execute function guard_change_request();

-- The person who last gave a user a role or a password, and who has confirmed it. Null: the platform itself, or the first user.
alter table users
  add column made_by uuid,
  add column confirmed_by uuid;
create index users_made_by on users (tenant_id, made_by) where made_by is not null;

-- Hours for which a new or changed bank account waits after its approval. Null: a day.
alter table payment_settings
  add column cooling_off_hours integer check (cooling_off_hours between 0 and 168);
