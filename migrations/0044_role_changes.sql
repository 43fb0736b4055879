-- The roles that people had before: entries of changes of a role are few, and found by themselves.
create index audit_log_of_roles on audit_log (tenant_id, id) where jsonb_path_exists(changes, '$[*].before.role');
create view role_changes with (security_invoker = true) as
  select a.tenant_id, a.id, a.ts, change ->> 'resource' as resource, change -> 'before' ->> 'role' as role
  from audit_log a, jsonb_array_elements(a.changes) as change
  where jsonb_path_exists(a.changes, '$[*].before.role') and change -> 'before' ->> 'role' is not null;
grant select on role_changes to vestry_app, vestry_system;
