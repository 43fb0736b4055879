create view drop_credential_access with (security_invoker = true) as
  select tenant_id, id, name, owner_id, created_at, last_used_at, expires_at, state as status from drop_credentials;
grant select on drop_credential_access to vestry_app, vestry_system;
