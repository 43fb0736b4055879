-- Dividends whose holders are frozen: what is recorded later for their record date comes too late.
create view frozen_dividends with (security_invoker = true) as
  select tenant_id, id, security_class, record_date from dividends where positions_known_at is not null and state <> 'CANCELLED';
grant select on frozen_dividends to vestry_app, vestry_system;
