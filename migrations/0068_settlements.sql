-- The day on which a payment was made, where its tenant lives: other rooms read it here.
create view settlements with (security_invoker = true) as
  select tenant_id, transaction_id, effective_date as settled_on from journal where reason = 'settled' and transaction_id is not null;
grant select on settlements to vestry_app, vestry_system, vestry_report;
-- The payments of a year are found without reading those of others.
create index journal_settled on journal (tenant_id, effective_date, transaction_id) where reason = 'settled';
