-- Machinery that every room uses: answers kept for idempotent requests, and events on their way to the bus.
-- Table migrations run as vestry_owner with search_path = vestry, after the functions (migrations/functions) exist.

create table idempotency_keys (
  tenant_id uuid not null default current_tenant(),
  id text not null,
  status text not null check (status in ('INPROGRESS', 'COMPLETED')),
  payload_sha256 text not null,
  -- The execution that owns the key: its business transaction completes the record only while it still does.
  owner uuid not null,
  in_progress_until timestamptz not null,
  expires_at timestamptz not null,
  -- json, not jsonb: a replay answers the first answer byte for byte, and jsonb reorders keys.
  response json,
  primary key (tenant_id, id)
);
create index idempotency_keys_expiry on idempotency_keys (expires_at);
call scope_by_tenant('idempotency_keys', 'select, insert, update, delete');

create table outbox (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  type text not null,
  payload json not null,
  request_id text not null,
  created_at timestamptz not null default clock_timestamp(),
  -- An event that can't be published waits longer after each attempt, so that it holds back nothing that came after it.
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  published_at timestamptz,
  primary key (tenant_id, id)
);
create index outbox_unpublished on outbox (created_at) where published_at is null;
-- Retention deletes events that were published long ago.
create index outbox_published on outbox (tenant_id, published_at) where published_at is not null;
call scope_by_tenant('outbox', 'select, insert, update');
