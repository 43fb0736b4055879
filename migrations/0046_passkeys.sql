-- Passkeys: second factors that a browser keeps (Web Authentication), and the challenges that they answer.

create table passkeys (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  user_id uuid not null,
  name text not null check (length(name) between 1 and 60),
  -- The authenticator's name of the key, in base64url.
  credential_id text not null check (length(credential_id) between 1 and 1400),
  -- The key is written as COSE has it.
  public_key bytea not null,
  -- The authenticator's count of its signatures; one that doesn't count says 0 each time.
  sign_count bigint not null,
  transports text[] not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users,
  constraint passkeys_credential unique (tenant_id, credential_id)
);
create index passkeys_of_user on passkeys (tenant_id, user_id, id);
call scope_by_tenant('passkeys', 'select, insert, update, delete');

-- What a session has to sign: to add a passkey, or to prove one again. A sign-in signs the hash of its own token.
create table passkey_challenges (
  tenant_id uuid not null default current_tenant() references tenants,
  id uuid not null default uuid_v7(),
  session_id uuid not null,
  purpose text not null check (purpose in ('ADD', 'STEP_UP')),
  challenge text not null,
  expires_at timestamptz not null,
  primary key (tenant_id, id),
  constraint passkey_challenges_of_session unique (tenant_id, session_id, purpose)
);
call scope_by_tenant('passkey_challenges', 'select, insert, update, delete');
