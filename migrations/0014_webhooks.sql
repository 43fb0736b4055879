-- Webhooks: where a tenant's events are delivered, and what came of each delivery.

create table webhooks (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  url text not null,
  events text[] not null check (cardinality(events) > 0),
  -- Sealed by the application for this row alone. Two are live after a rotation, the newest first.
  secrets_sealed text[] not null check (cardinality(secrets_sealed) between 1 and 2),
  rotated_at timestamptz,
  status text not null default 'ACTIVE' check (status in ('ACTIVE', 'DELETED')),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index webhooks_one_of_url on webhooks (tenant_id, url) where status = 'ACTIVE';
call scope_by_tenant('webhooks', 'select, insert, update');

create table webhook_deliveries (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  webhook_id uuid not null,
  -- The bus's id of the event. One that comes twice is delivered once, as far as we know.
  event_id uuid not null,
  type text not null,
  -- json, not jsonb: every attempt sends the same bytes.
  payload json not null,
  request_id text not null,
  state text not null default 'PENDING' check (state in ('PENDING', 'DELIVERED', 'FAILED', 'CANCELLED')),
  -- Attempts that were begun. The one under way is forgotten when its lease runs out.
  attempts integer not null default 0,
  -- Attempts after which the pauses between them began anew, by a resend.
  attempts_before integer not null default 0,
  next_attempt_at timestamptz,
  leased_until timestamptz,
  created_at timestamptz not null default now(),
  delivered_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, webhook_id) references webhooks,
  constraint webhook_deliveries_once unique (tenant_id, webhook_id, event_id),
  constraint webhook_deliveries_pending_is_due check ((state = 'PENDING') = (next_attempt_at is not null))
);
create index webhook_deliveries_due on webhook_deliveries (next_attempt_at) where state = 'PENDING';
create index webhook_deliveries_ended on webhook_deliveries (tenant_id, created_at) where state <> 'PENDING';
create index webhook_deliveries_of_webhook on webhook_deliveries (tenant_id, webhook_id, id);
call scope_by_tenant('webhook_deliveries', 'select, insert, update');

-- The log: what the other side answered to each attempt.
create table webhook_attempts (
  tenant_id uuid not null default current_tenant(),
  delivery_id uuid not null,
  attempt integer not null,
  attempted_at timestamptz not null,
  duration_ms integer not null,
  -- The HTTP status of the answer; null where there was none.
  status integer,
  -- The reason why there was no answer, in a word of ours.
  error text,
  primary key (tenant_id, delivery_id, attempt),
  foreign key (tenant_id, delivery_id) references webhook_deliveries on delete cascade
);
call scope_by_tenant('webhook_attempts', 'select, insert');
-- The log of a delivery goes with it; until then nothing of it is changed. The application may delete neither.
create trigger append_only before update or truncate on webhook_attempts
  for each statement execute function refuse_change();
