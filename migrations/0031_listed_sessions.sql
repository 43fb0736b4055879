-- What is kept of a session beside its tokens: from where, by which device and how somebody has signed in.
create table sessions (
  tenant_id uuid not null default current_tenant(),
  -- The family of its refresh tokens.
  id uuid not null,
  user_id uuid not null,
  started_at timestamptz not null default now(),
  method text not null check (method in ('PASSWORD', 'PROVIDER')),
  -- How the person was authenticated (RFC 8176), by us or by the provider.
  amr text[] not null,
  source_ip text,
  user_agent text,
  -- What the two say of the place and the program, as far as a new one is worth a notice.
  network text,
  device text not null,
  -- The latest proof of a second factor within the session.
  second_factor_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users
);
create index sessions_of_user on sessions (tenant_id, user_id);
call scope_by_tenant('sessions', 'select, insert, update');

-- Logout tokens that were used, until no provider's clock lets them be used again.
create table used_logout_tokens (
  tenant_id uuid not null default current_tenant(),
  id uuid not null default uuid_v7(),
  connection_id uuid not null,
  jti_sha256 bytea not null,
  used_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, connection_id) references connections,
  constraint used_logout_tokens_once unique (tenant_id, connection_id, jti_sha256)
);
call scope_by_tenant('used_logout_tokens', 'select, insert');

alter table federated_identities add column id uuid not null default uuid_v7();
create unique index federated_identities_id on federated_identities (tenant_id, id);
grant delete on federated_identities to vestry_app;
