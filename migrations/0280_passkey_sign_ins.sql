-- Sign-ins by a passkey alone: nobody is named before the passkey names its user.

alter table sessions drop constraint sessions_method_check;
alter table sessions add constraint sessions_method_check check (method in ('PASSWORD', 'PROVIDER', 'PASSKEY'));

-- find_passkey_tenant looks here before a tenant is known; it runs with the owner's rights, and forced row-level security binds the owner too.
create policy owner on passkeys for select to vestry_owner using (true);
create index passkeys_by_credential on passkeys (credential_id, user_id);

-- The users of whom nothing is left but their id: what is theirs in other tables ends with them.
create view erased_users with (security_invoker = true) as
  select tenant_id, id from users where purged_at is not null;
grant select on erased_users to vestry_app, vestry_system;

-- The challenges that a sign-in has used up, until they would have ended. What was given to sign is known by our signature in it.
create table passkey_sign_ins (
  tenant_id uuid not null default current_tenant() references tenants,
  -- The challenge names itself.
  id uuid not null,
  user_id uuid not null,
  expires_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users
);
call scope_by_tenant('passkey_sign_ins', 'select, insert');
