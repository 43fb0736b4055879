-- Meetings whose weights are frozen: what is recorded later for their record date comes too late.
create view frozen_meetings with (security_invoker = true) as
  select tenant_id, id, security_class, record_date from meetings where positions_known_at is not null;
grant select on frozen_meetings to vestry_app, vestry_system;
