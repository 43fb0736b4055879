-- What is on the bus, for rooms that look for what has become of it.
create view published_events with (security_invoker = true) as
  select tenant_id, id, type, payload, request_id, created_at, published_at from outbox where published_at is not null;
grant select on published_events to vestry_system;
