-- Identity: tenants and the links between them, users and their sessions, and the keys that sign access tokens.

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
-- find_tenant_by_slug looks here before a tenant is known; it runs with the owner's rights, and forced row-level security binds the owner too.
create policy owner on tenants for select to vestry_owner using (true);
grant select, insert, update on tenants to vestry_app;
grant select on tenants to vestry_system, vestry_report;
-- This view, and each below a table, is what other rooms may read of it, with the rights of who asks.
create view tenant_directory with (security_invoker = true) as
  select id, slug, type, status from tenants;
grant select on tenant_directory to vestry_app, vestry_system, vestry_report;

insert into tenants (id, slug, name, type) select '00000000-0000-0000-0000-000000000000', 'vestry-platform', 'Vestry', 'PLATFORM'
  from (select set_config('app.tenant_id', '00000000-0000-0000-0000-000000000000', true)) as context;

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
  -- Retention erased the personal data at this instant; it does so once.
  purged_at timestamptz,
  primary key (tenant_id, id),
  constraint users_email_key unique (tenant_id, email)
);
-- The daily purge looks for few users among many.
create index users_to_purge on users (tenant_id, updated_at) where status = 'DISABLED' and purged_at is null;
call scope_by_tenant('users', 'select, insert, update');
create view user_directory with (security_invoker = true) as
  select tenant_id, id, status from users;
grant select on user_directory to vestry_app, vestry_system;

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

-- An issuer's leave for a sponsor to name its holders of record. The row is the issuer's.
create table tenant_links (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  sponsor_tenant_id uuid not null references tenants,
  -- The slug by which the issuer named it: the sponsor's own row is out of the issuer's sight.
  sponsor_slug text not null,
  revoked_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint tenant_links_not_to_itself check (sponsor_tenant_id <> tenant_id)
);
create unique index tenant_links_active on tenant_links (tenant_id, sponsor_tenant_id) where revoked_at is null;
create index tenant_links_by_sponsor on tenant_links (sponsor_tenant_id) where revoked_at is null;
call scope_by_tenant('tenant_links', 'select, insert, update');
-- linked_shareholder_exists looks here for the issuers of the current sponsor; it runs with the owner's rights.
create policy linked_sponsor on tenant_links for select to vestry_owner
  using (sponsor_tenant_id = current_tenant() and revoked_at is null);
