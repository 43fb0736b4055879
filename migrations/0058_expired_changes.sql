-- A change that nobody has approved in its time waits no more, whether or not that was written.
create or replace view waiting_changes with (security_invoker = true) as
  select tenant_id, id, kind, requested_by from change_requests
   where state = 'PENDING' and (expires_at is null or expires_at > present_instant());
