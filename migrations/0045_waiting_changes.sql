create view waiting_changes with (security_invoker = true) as
  select tenant_id, id, kind, requested_by from change_requests where state = 'PENDING';
grant select on waiting_changes to vestry_app, vestry_system;
