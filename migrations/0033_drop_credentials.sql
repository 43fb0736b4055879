-- Credentials of the drop folder: keys by which a tenant's own S3 clients put files there, and whose they are.

create table drop_credentials (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  name text not null check (length(name) between 1 and 100),
  -- The tenant's folder, as it is written into the policy of the key.
  folder text not null,
  -- The user who asked for it: what comes by it counts as theirs.
  owner_id uuid not null,
  state text not null default 'ISSUING' check (state in ('ISSUING', 'ACTIVE', 'REVOKED', 'EXPIRED', 'FAILED')),
  -- Two are live, so that one can be replaced by the other.
  slot smallint not null check (slot in (1, 2)),
  access_key_id text,
  -- The id by which events of S3 name whoever has written an object.
  principal_id text,
  -- The secret key, sealed by the application for this row alone, until it is shown.
  secret_sealed text,
  shown_at timestamptz,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  revoked_by uuid,
  ended_at timestamptz,
  -- Since then there is no key any more outside.
  removed_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, owner_id) references users,
  constraint drop_credentials_ended check ((ended_at is not null) = (state in ('REVOKED', 'EXPIRED', 'FAILED'))),
  constraint drop_credentials_secret check (secret_sealed is null or (state = 'ACTIVE' and shown_at is null)),
  constraint drop_credentials_key check (state <> 'ACTIVE' or (access_key_id is not null and principal_id is not null))
);
create unique index drop_credentials_two_live on drop_credentials (tenant_id, slot) where state in ('ISSUING', 'ACTIVE');
create unique index drop_credentials_principal on drop_credentials (tenant_id, principal_id);
create index drop_credentials_unfinished on drop_credentials (id) where state in ('ISSUING', 'ACTIVE') or removed_at is null;
call scope_by_tenant('drop_credentials', 'select, insert, update');
call record_changes('drop_credentials', 'drop-credentials', 'id', array[
  'folder', 'owner_id', 'state', 'access_key_id', 'principal_id', 'shown_at', 'expires_at', 'revoked_by', 'ended_at'],
  'drop-credential', array['state']);

-- The credential by which a file was dropped. It is known from the event of S3 alone, and so it is kept when the file is first seen.
alter table uploads add column drop_credential_id uuid;
alter table uploads add constraint uploads_drop_credential
  foreign key (tenant_id, drop_credential_id) references drop_credentials;
