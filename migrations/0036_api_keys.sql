-- API keys: programs that act for a tenant. A key never changes but in its standing; whoever wants another one makes it.

create table api_keys (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  name text not null check (length(name) between 1 and 100),
  role text not null check (role in ('OPS', 'COMPLIANCE', 'DIRECTORY')),
  -- The operations that it may call, and the networks that it may be used from. Null: all of its role, and any.
  routes text[] check (cardinality(routes) between 1 and 50),
  networks text[] check (cardinality(networks) between 1 and 20),
  status text not null default 'PENDING' check (status in ('PENDING', 'ACTIVE', 'REVOKED')),
  made_by uuid not null,
  confirmed_by uuid,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  last_used_from text,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index api_keys_one_of_name on api_keys (tenant_id, name) where status <> 'REVOKED';
call scope_by_tenant('api_keys', 'select, insert, update (status, confirmed_by, version, updated_at)');
create trigger guard_api_key before insert or update on api_keys for each row execute function guard_api_key();
call record_changes('api_keys', 'api-keys', 'id', array[
  'role', 'routes', 'networks', 'status', 'made_by', 'confirmed_by', 'expires_at'], 'api-key', array['status']);

-- A secret of a key, as its hash. It lives as long as whoever has seen it may make keys.
create table api_key_secrets (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  api_key_id uuid not null,
  secret_sha256 bytea not null check (length(secret_sha256) = 32),
  issued_to uuid not null,
  issued_at timestamptz not null default now(),
  -- A secret that another has replaced ends here. Null: with its key.
  ends_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, api_key_id) references api_keys
);
create index api_key_secrets_sha256 on api_key_secrets (secret_sha256);
create index api_key_secrets_of_key on api_key_secrets (tenant_id, api_key_id);
call scope_by_tenant('api_key_secrets', 'select, insert, update (ends_at)');
call record_changes('api_key_secrets', 'api-key-secrets', 'id', array['api_key_id', 'issued_to', 'ends_at']);
-- use_api_key looks here before a tenant is known; it runs with the owner's rights, and forced row-level security binds the owner too.
create policy owner on api_key_secrets for select to vestry_owner using (true);
