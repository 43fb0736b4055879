-- Other rooms read here each change of a position.
create view position_ledger with (security_invoker = true) as
  select tenant_id, shareholder_id, id, security_class, delta, effective_date, recorded_at, reason, source from position_entries;
grant select on position_ledger to vestry_app, vestry_report;
