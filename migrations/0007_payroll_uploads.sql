-- Payroll files go the way of registers.

alter table uploads drop constraint uploads_kind_check;
alter table uploads add constraint uploads_kind_check check (kind in ('shareholders', 'contributions', 'unknown'));
