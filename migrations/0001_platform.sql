-- Tenancy, identity, audit, outbox, idempotency. Runs as vestry_owner with search_path = vestry.

create function current_tenant() returns uuid
  language sql stable parallel safe
  -- After one SET LOCAL the setting reads as '', and a bare cast of '' throws.
  return nullif(current_setting('app.tenant_id', true), '')::uuid;

-- UUID version 7 (RFC 9562): 48 bits of milliseconds, then random. Time-ordered keys load at nearly twice the speed of random ones.
create function uuid_v7() returns uuid
  language sql volatile parallel safe
  as $$
    select encode(
      set_bit(set_bit(
        overlay(uuid_send(gen_random_uuid())
          placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
        52, 1), 53, 1), 'hex')::uuid
  $$;

-- The one place that gives a table its tenant scope: forced row-level security, the policies, and the grants.
-- `privileges` are those of the application role.
create procedure scope_by_tenant(table_name regclass, privileges text, tenant_column text default 'tenant_id')
  language plpgsql
  as $$
begin
  execute format('alter table %s enable row level security', table_name);
  execute format('alter table %s force row level security', table_name);
  execute format('create policy tenant on %s using (%I = current_tenant()) with check (%I = current_tenant())',
    table_name, tenant_column, tenant_column);
  execute format('create policy system on %s to vestry_system using (true) with check (true)', table_name);
  execute format('grant %s on %s to vestry_app', privileges, table_name);
  execute format('grant select, insert, update, delete on %s to vestry_system', table_name);
  execute format('grant select on %s to vestry_report', table_name);
end
$$;

create function refuse_change() returns trigger
  language plpgsql
  as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;

-- Also for a superuser or the owner: no grant can undo it, only a migration.
create procedure append_only(table_name regclass)
  language plpgsql
  as $$
begin
  execute format('create trigger append_only before update or delete or truncate on %s for each statement execute function refuse_change()', table_name);
end
$$;

create table tenants (
  id uuid primary key default uuid_v7(),
  slug text not null unique check (slug ~ '^[a-z][a-z0-9-]{1,38}[a-z0-9]$'),
  name text not null,
  type text not null check (type in ('ISSUER', 'SPONSOR', 'PLATFORM')),
  status text not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED')),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
alter table tenants enable row level security;
alter table tenants force row level security;
-- Operators (the reserved platform tenant) see every tenant; a tenant sees itself.
create policy tenant on tenants
  using (id = current_tenant() or current_tenant() = '00000000-0000-0000-0000-000000000000')
  with check (id = current_tenant());
create policy system on tenants to vestry_system using (true) with check (true);
-- For the function below, which runs with the owner's rights; forced row-level security binds the owner too.
create policy owner on tenants for select to vestry_owner using (true);
grant select, insert, update on tenants to vestry_app;
grant select on tenants to vestry_system, vestry_report;

-- Sign-in knows a slug before it knows a tenant. Nothing else of a tenant can be had without its context.
create function find_tenant_by_slug(wanted text) returns table (id uuid, type text, status text)
  language sql stable security definer set search_path = vestry
  as $$ select id, type, status from tenants where slug = wanted $$;

create table users (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  email text not null check (email = lower(email)),
  role text not null check (role in ('ADMIN', 'EMPLOYEE', 'COMPLIANCE', 'OPS', 'OPERATOR')),
  status text not null default 'ACTIVE' check (status in ('ACTIVE', 'DISABLED')),
  password_hash text not null,
  employee_id text,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint users_email_key unique (tenant_id, email)
);
call scope_by_tenant('users', 'select, insert, update');

create table refresh_tokens (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  user_id uuid not null,
  family_id uuid not null,
  token_sha256 bytea not null,
  issued_at timestamptz not null default now(),
  expires_at timestamptz not null,
  rotated_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users,
  constraint refresh_tokens_token_key unique (tenant_id, token_sha256)
);
create index refresh_tokens_family on refresh_tokens (tenant_id, family_id);
call scope_by_tenant('refresh_tokens', 'select, insert, update');

-- Keys are hashes of (tenant, email) or of an address; counting needs no tenant and the application role cannot read them.
create table login_failures (
  key bytea primary key,
  failures integer not null,
  window_started_at timestamptz not null
);
create function count_login_failures(keys bytea[], window_seconds integer) returns integer
  language sql stable security definer set search_path = vestry
  as $$
    select coalesce(max(failures), 0)::integer from login_failures
    where key = any (keys) and window_started_at > now() - make_interval(secs => window_seconds)
  $$;
create function add_login_failure(keys bytea[], window_seconds integer) returns void
  language sql volatile security definer set search_path = vestry
  as $$
    insert into login_failures as f (key, failures, window_started_at)
    select k, 1, now() from unnest(keys) as k order by k
    on conflict (key) do update set
      failures = case when f.window_started_at > now() - make_interval(secs => window_seconds) then f.failures + 1 else 1 end,
      window_started_at = case when f.window_started_at > now() - make_interval(secs => window_seconds) then f.window_started_at else now() end
  $$;
create function clear_login_failures(cleared bytea) returns void
  language sql volatile security definer set search_path = vestry
  as $$ delete from login_failures where key = cleared $$;

-- Public halves only; the private keys are in the secret that only sign-in reads.
create table signing_keys (
  kid text primary key,
  public_jwk jsonb not null,
  signs_from timestamptz not null,
  retires_at timestamptz,
  created_at timestamptz not null default now()
);
grant select on signing_keys to vestry_app;
grant select, insert, update, delete on signing_keys to vestry_system;

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

create table audit_log (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  ts timestamptz not null default clock_timestamp(),
  actor_id text,
  actor_role text not null,
  action text not null,
  resource text not null,
  request_id text not null,
  payload jsonb not null,
  primary key (tenant_id, id)
);
call scope_by_tenant('audit_log', 'select, insert');
call append_only('audit_log');

create table outbox (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  type text not null,
  payload json not null,
  request_id text not null,
  created_at timestamptz not null default clock_timestamp(),
  published_at timestamptz,
  primary key (tenant_id, id)
);
create index outbox_unpublished on outbox (created_at) where published_at is null;
call scope_by_tenant('outbox', 'select, insert, update');

insert into tenants (id, slug, name, type) select '00000000-0000-0000-0000-000000000000', 'vestry-platform', 'Vestry', 'PLATFORM'
  from (select set_config('app.tenant_id', '00000000-0000-0000-0000-000000000000', true)) as context;
