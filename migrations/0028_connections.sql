-- Connections: a tenant's identity providers, who they have vouched for, and whether passwords still let people in.

create table connections (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  kind text not null check (kind in ('OIDC')),
  name text not null,
  issuer text not null,
  client_id text not null,
  client_authentication text not null check (client_authentication in ('SECRET', 'PRIVATE_KEY')),
  -- The client's secret or private key, sealed by the application for this row alone.
  credential_sealed text not null,
  public_jwk jsonb,
  scopes text[] not null check (cardinality(scopes) > 0),
  subject_claim text not null check (subject_claim in ('sub', 'oid')),
  employee_id_claim text,
  role_map jsonb not null,
  status text not null default 'DRAFT' check (status in ('DRAFT', 'ACTIVE', 'DISABLED', 'DELETED')),
  -- A test sign-in has succeeded at this instant; null since the provider or the client has changed.
  tested_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint connections_active_is_tested check (status <> 'ACTIVE' or tested_at is not null)
);
-- The path of a sign-in names the connection alone. Ids are made here, and are nobody's choice.
create index connections_id on connections (id);
create unique index connections_one_of_name on connections (tenant_id, name) where status <> 'DELETED';
call scope_by_tenant('connections', 'select, insert, update');
-- find_connection_tenant looks here before a tenant is known; it runs with the owner's rights, and forced row-level security binds the owner too.
create policy owner on connections for select to vestry_owner using (true);

create table connection_tests (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  connection_id uuid not null,
  started_by uuid not null,
  outcome text not null check (outcome in ('ADMITTED', 'REFUSED')),
  -- The role that the sign-in would give, or the reason for which it would be refused.
  role text,
  reason text,
  detail text,
  received jsonb not null,
  tested_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, connection_id) references connections,
  check ((outcome = 'ADMITTED') = (role is not null and reason is null))
);
create index connection_tests_of_connection on connection_tests (tenant_id, connection_id, id);
call scope_by_tenant('connection_tests', 'select, insert, delete');

-- A person at a provider, and the user whom that person is here. Nobody is recognised by an email.
create table federated_identities (
  tenant_id uuid not null default current_tenant(),
  issuer text not null,
  subject text not null,
  user_id uuid not null,
  linked_at timestamptz not null default now(),
  constraint federated_identities_pkey primary key (tenant_id, issuer, subject),
  foreign key (tenant_id, user_id) references users
);
create index federated_identities_of_user on federated_identities (tenant_id, user_id);
call scope_by_tenant('federated_identities', 'select, insert');

-- An answer of a provider that was verified, and the code by which its browser fetches the session, once.
create table federated_sign_ins (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  connection_id uuid not null,
  state_sha256 bytea not null,
  code_sha256 bytea,
  -- The S256 challenge of the application that began the sign-in, if one did.
  code_challenge text,
  purpose text not null check (purpose in ('SIGN_IN', 'LINK', 'TEST')),
  user_id uuid,
  issuer text not null,
  subject text not null,
  protocol_subject text not null,
  provider_session text,
  acr text,
  amr text[] not null,
  authenticated_at timestamptz,
  expires_at timestamptz not null,
  redeemed_at timestamptz,
  family_id uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, connection_id) references connections,
  constraint federated_sign_ins_state_once unique (tenant_id, state_sha256)
);
create unique index federated_sign_ins_code on federated_sign_ins (tenant_id, code_sha256);
create index federated_sign_ins_expired on federated_sign_ins (tenant_id, expires_at);
call scope_by_tenant('federated_sign_ins', 'select, insert, update, delete');

-- What a provider has said of how the person of a session was authenticated, and by which names it may end the session.
create table federated_sessions (
  tenant_id uuid not null default current_tenant(),
  family_id uuid not null,
  connection_id uuid not null,
  user_id uuid not null,
  issuer text not null,
  protocol_subject text not null,
  provider_session text,
  acr text,
  amr text[] not null,
  authenticated_at timestamptz,
  started_at timestamptz not null default now(),
  primary key (tenant_id, family_id),
  foreign key (tenant_id, connection_id) references connections,
  foreign key (tenant_id, user_id) references users
);
create index federated_sessions_of_subject on federated_sessions (tenant_id, connection_id, protocol_subject);
call scope_by_tenant('federated_sessions', 'select, insert, delete');

create table sign_in_settings (
  tenant_id uuid primary key default current_tenant() references tenants,
  sso_required boolean not null,
  -- The one user whom a password lets in while single sign-on is required.
  break_glass_user_id uuid,
  version integer not null default 1,
  updated_at timestamptz not null default now(),
  foreign key (tenant_id, break_glass_user_id) references users,
  check (not sso_required or break_glass_user_id is not null)
);
call scope_by_tenant('sign_in_settings', 'select, insert, update');

call record_changes('connections', 'connections', 'id', array[
  'kind', 'issuer', 'client_id', 'client_authentication', 'scopes', 'subject_claim', 'employee_id_claim', 'role_map', 'status', 'tested_at'],
  'connection', array['status']);
call record_changes('federated_identities', 'users', 'user_id', array['issuer', 'linked_at']);
call record_changes('sign_in_settings', 'sign-in-settings', 'tenant_id', array['sso_required', 'break_glass_user_id']);
