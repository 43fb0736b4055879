-- Second factors: codes by time (RFC 6238), codes for when those are lost, and sign-ins that wait for either.

create table second_factors (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null,
  user_id uuid not null,
  -- Sealed by the application for this row alone.
  secret_sealed text not null,
  -- The user has shown a code of it; until then the one before it counts.
  confirmed_at timestamptz,
  -- The step of time whose code was used last: neither it nor an earlier one is taken again.
  last_step bigint not null default 0,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users
);
create unique index second_factors_confirmed on second_factors (tenant_id, user_id) where confirmed_at is not null;
create unique index second_factors_begun on second_factors (tenant_id, user_id) where confirmed_at is null;
call scope_by_tenant('second_factors', 'select, insert, update, delete');

create table recovery_codes (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  user_id uuid not null,
  code_sha256 bytea not null,
  used_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users,
  constraint recovery_codes_once unique (tenant_id, user_id, code_sha256)
);
call scope_by_tenant('recovery_codes', 'select, insert, update, delete');

-- A sign-in whose first factor was proved. Its token does nothing but bring the second.
create table sign_in_challenges (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  user_id uuid not null,
  -- The session that it becomes.
  family_id uuid not null,
  token_sha256 bytea not null,
  method text not null check (method in ('PASSWORD', 'PROVIDER')),
  amr text[] not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users,
  constraint sign_in_challenges_token unique (tenant_id, token_sha256)
);
create index sign_in_challenges_family on sign_in_challenges (tenant_id, family_id);
call scope_by_tenant('sign_in_challenges', 'select, insert, update');

-- Whether ADMIN, COMPLIANCE and OPS need a second factor; null: as the environment says.
alter table sign_in_settings add column second_factor_demanded boolean;
